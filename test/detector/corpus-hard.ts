/**
 * Generated series that are harder than those of corpus.ts and closer to recorded ones: they contain events
 * that are not anomalies (a level that changes and stays, bursts, a missing hour, a holiday), quantised or
 * heavy-tailed values, and anomalies no larger than those events, of which only the start is labelled. The
 * detector was not tuned on them.
 */
import { gaussian, type Random, seededRandom } from '../../shared/runtime/random.ts';
import type { Interval, Series } from './series.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const startMs = Date.UTC(2026, 0, 5);
const between = (random: Random, low: number, high: number) => low + (high - low) * random.next();
/** A Pareto-distributed deviate, 1 … ∞; its variance is infinite for exponents up to 2. */
const pareto = (random: Random, exponent: number) => (1 - random.next()) ** (-1 / exponent);

interface Shape {
  stepMinutes: number;
  rows: number;
  values(timesMs: Float64Array, random: Random): Float64Array;
  /** Step to which values are rounded. */
  quantum?: (random: Random) => number;
  least?: number;
  /** Kinds of anomaly that fit the shape. */
  faults: readonly Fault[];
}

type Fault = 'shift' | 'surge' | 'dip' | 'spike' | 'noisier' | 'quieter' | 'drift' | 'holiday';

function autoregression(random: Random, memory: number): () => number {
  let state = 0;
  return () => (state = memory * state + Math.sqrt(1 - memory * memory) * gaussian(random));
}

/** Activity of a city over a day: two peaks, quiet nights, less at weekends. */
function city(timeMs: number): number {
  const hour = (timeMs % dayMs) / 3_600_000;
  const isRest = Math.floor(timeMs / dayMs + 3) % 7 >= 5;
  const peak = (at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));
  return 0.25 + peak(9, 2.5) * (isRest ? 0.4 : 1) + peak(19, 3) * (isRest ? 1.1 : 0.9) + 0.5 * peak(13, 4);
}

const shapes: Record<string, Shape> = {
  demand: {
    stepMinutes: 30,
    rows: 7_000,
    values(timesMs, random) {
      const slow = autoregression(random, 0.97);
      return timesMs.map((time) => 10_000 * city(time) * (1 + 0.06 * slow() + 0.04 * gaussian(random)));
    },
    faults: ['holiday', 'surge', 'dip'],
  },
  processor: {
    stepMinutes: 5,
    rows: 4_032,
    values(timesMs, random) {
      const base = between(random, 0.5, 40);
      let level = base;
      return timesMs.map(() => {
        if (random.next() < 0.0004) level = base * between(random, 0.9, 1.1);
        const burst = random.next() < 0.01 ? 0.3 * base * pareto(random, 2.5) : 0;
        return level * (1 + 0.02 * gaussian(random)) + burst;
      });
    },
    quantum: (random) => [0.066, 0.2, 0.01][Math.floor(3 * random.next())]!,
    least: 0,
    faults: ['shift', 'spike', 'noisier', 'drift', 'surge'],
  },
  network: {
    stepMinutes: 5,
    rows: 4_700,
    values: (timesMs, random) =>
      timesMs.map(
        (_, i) =>
          4e4 * (1 + 0.2 * gaussian(random)) +
          (i % 36 < 2 ? 2e6 * between(random, 0.8, 1.2) : 0) +
          (random.next() < 0.01 ? 1e5 * pareto(random, 1.6) : 0),
      ),
    least: 0,
    faults: ['surge', 'shift', 'spike'],
  },
  temperature: {
    stepMinutes: 5,
    rows: 8_000,
    values(timesMs, random) {
      const slow = autoregression(random, 0.9985);
      const middle = autoregression(random, 0.98);
      return timesMs.map(
        (time) => 85 + 7 * slow() + 1.5 * middle() + 1.5 * city(time) + 0.4 * gaussian(random),
      );
    },
    faults: ['dip', 'shift', 'drift'],
  },
  clicks: {
    stepMinutes: 60,
    rows: 1_600,
    values(timesMs, random) {
      const slow = autoregression(random, 0.9);
      return timesMs.map(
        (time) =>
          0.2 * city(time) * (1 + 0.3 * slow()) * (1 + 0.15 * gaussian(random)) + 0.02 * pareto(random, 3),
      );
    },
    least: 0,
    faults: ['spike', 'surge', 'shift'],
  },
  mentions: {
    stepMinutes: 5,
    rows: 9_000,
    values(timesMs, random) {
      let burst = 0;
      const base = between(random, 3, 40);
      return timesMs.map((time) => {
        if (random.next() < 0.004) burst += 0.7 * base * pareto(random, 1.8);
        burst *= 0.8;
        const mean = base * (0.4 + city(time)) + burst;
        return mean + Math.sqrt(mean) * gaussian(random);
      });
    },
    quantum: () => 1,
    least: 0,
    faults: ['surge', 'shift', 'quieter'],
  },
  traffic: {
    stepMinutes: 10,
    rows: 2_400,
    values(timesMs, random) {
      const quick = autoregression(random, 0.6);
      return timesMs.map((time) => 75 - 14 * Math.max(0, city(time) - 0.9) + 5 * quick());
    },
    quantum: () => 1,
    faults: ['dip', 'shift', 'noisier'],
  },
};

/** Spread of the rows before `at`: half the range of the middle 80 %, or more if rare values lie far away. */
function spreadBefore(values: Float64Array, at: number): number {
  const past = values
    .slice(Math.max(0, at - 1_500), at)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const middle = (past[Math.floor(0.9 * past.length)]! - past[Math.floor(0.1 * past.length)]!) / 2;
  const all = (past[Math.floor(0.995 * past.length)]! - past[0]!) / 5;
  return Math.max(middle, all) || 1;
}

function applyFault(fault: Fault, values: Float64Array, at: number, random: Random, dayRows: number): void {
  const spread = spreadBefore(values, at);
  const sign = random.next() < 0.5 ? -1 : 1;
  const size = between(random, 2, 6) * spread;
  const length = Math.round(values.length * between(random, 0.01, 0.04));
  const held = values[at - 1]!;
  const day = Math.round(at / dayRows) * dayRows;
  const change = (count: number, to: (value: number, i: number) => number, from = at) => {
    for (let i = 0; i < count && from + i < values.length; i++) values[from + i] = to(values[from + i]!, i);
  };
  const bump = (i: number) => Math.sin((Math.PI * (i + 1)) / (length + 1));
  if (fault === 'shift') change(values.length, (value) => value + sign * size);
  else if (fault === 'surge') change(length, (value, i) => value + 1.5 * size * bump(i));
  else if (fault === 'dip') change(length, (value, i) => value - 1.5 * size * bump(i));
  else if (fault === 'spike') change(1 + Math.floor(3 * random.next()), (value) => value + 2 * size);
  else if (fault === 'noisier') change(length, (value) => value + size * gaussian(random));
  else if (fault === 'quieter') change(length, (value) => held + 0.1 * (value - held));
  else if (fault === 'drift')
    change(3 * length, (value, i) => value + (1.5 * sign * size * i) / (3 * length));
  else change(dayRows, (value) => 0.55 * value, day);
}

/** Adds events that are not anomalies: a new level that stays, an hour without values. */
function disturb(values: Float64Array, random: Random, hourRows: number): void {
  const happens = Math.floor(3 * random.next());
  for (let i = 0; i < happens; i++) {
    const at = Math.floor(values.length * between(random, 0.02, 1));
    if (random.next() < 0.4) {
      const size = between(random, -0.6, 0.6) * spreadBefore(values, Math.max(200, at));
      for (let row = at; row < values.length; row++) values[row]! += size;
    } else {
      for (let row = at; row < Math.min(values.length, at + hourRows); row++) values[row] = Number.NaN;
    }
  }
}

function hardSeries(name: string, shape: Shape, seed: number): Series {
  const random = seededRandom(seed);
  const { rows, faults, least } = shape;
  const stepMs = shape.stepMinutes * minuteMs;
  const timesMs = Float64Array.from({ length: rows }, (_, i) => startMs + i * stepMs);
  const values = shape.values(timesMs, random);
  disturb(values, random, Math.ceil((60 * minuteMs) / stepMs));
  const count = Math.floor(random.next() * 4);
  const anomalies: Interval[] = [];
  for (let i = 0; i < count; i++) {
    const start = Math.floor(rows * (0.2 + (0.75 * (i + between(random, 0.1, 0.9))) / count));
    applyFault(
      faults[Math.floor(random.next() * faults.length)]!,
      values,
      start,
      random,
      Math.round(dayMs / stepMs),
    );
    anomalies.push({ start, end: start + 1 });
  }
  const quantum = shape.quantum?.(random);
  for (let row = 0; row < rows; row++) {
    if (quantum) values[row] = Math.round(values[row]! / quantum) * quantum;
    if (least !== undefined && values[row]! < least) values[row] = least;
  }
  return { name, timesMs, values, sensors: 1, rows, anomalies };
}

/** Generates one series per shape and seed, with up to three anomalies. */
export function hardCorpus(seeds: readonly number[]): Series[] {
  return seeds.flatMap((seed) =>
    Object.entries(shapes).map(([name, shape], i) => hardSeries(name, shape, 50_000 + 100 * seed + i)),
  );
}
