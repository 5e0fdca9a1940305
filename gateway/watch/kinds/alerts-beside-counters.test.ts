/** States and counters beside the sensors of a machine of an open type: how its score is with them and without. */
import { describe, expect, it } from 'vitest';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { Baseline } from '../baselines/baseline.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';

const generic = loadMachineTypes().get('generic')!;
const { openAt } = generic.alerts.find((policy) => policy.on === 'anomaly')!;
/** Half of what the most unusual row inside all ranges scores. */
const rare = 0.2;
const open = (name: string): Sensor => ({ name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE });

interface Run {
  /** Shares of the scored rows that are rare, and at which the alert would open. */
  above: number;
  opening: number;
  scores: number[];
  baseline: Baseline;
}

/** A healthy machine with three sensors that move together, and others. @param change what is different in a row */
function run(
  others: Record<string, (row: number) => number>,
  { rows = 6_000, seed = 1, change = (_row: number, _values: number[]) => {} } = {},
): Run {
  const random = seededRandom(seed);
  const sensors = ['flow', 'heat', 'shake', ...Object.keys(others)].map(open);
  const baseline = new Baseline(sensors.length, baselineOptions({ ...generic, sensors }));
  const scores: number[] = [];
  let load = 0;
  for (let row = 0; row < rows; row++) {
    load += 0.05 * (gaussian(random) - load);
    const values = [
      60 + 5 * load + gaussian(random),
      40 + 2 * load + gaussian(random) / 2,
      2 + gaussian(random) / 10,
    ];
    for (const of of Object.values(others)) values.push(of(row));
    change(row, values);
    baseline.take(Float32Array.from(values), row * 1_000);
    if (baseline.ready) scores.push(baseline.score().score);
  }
  const share = (from: number) => scores.filter((score) => score >= from).length / scores.length;
  return { above: share(rare), opening: share(openAt), scores, baseline };
}

const counters: [string, (row: number) => number][] = [
  ['pulses', (row) => (3 * row + 60_000) % 65_536],
  ['n1', (row) => (30 * row + 60_000) % 65_536],
  ['energy_kwh', (row) => 81_234.5 + 0.37 * row],
  ['parts_total', (row) => 120_000 + Math.floor(row / 7)],
  ['operating_hours', (row) => 4_711 + Math.floor(row / 1_000)],
  ['shots', (row) => row % 480],
  ['lifetime', (row) => 40_000_000 + 5 * row],
];

describe('a healthy machine', () => {
  const alone = run({});

  it.each(counters)('beside the counter %s is as normal as without it', (name, of) => {
    const beside = run({ [name]: of });
    expect(beside.above).toBeLessThanOrEqual(alone.above + 0.01);
    expect(beside.opening).toBe(0);
    expect(beside.scores.length).toBeGreaterThan(4_000);
  });

  it('beside switches and modes is as normal as without them', () => {
    const beside = run({
      running: () => 1,
      valve_open: (row) => Number(row % 900 > 600),
      mode: (row) => (row < 3_000 ? 2 : 5),
      fault: (row) => Number(row > 5_000),
    });
    expect(beside.above).toBeLessThanOrEqual(alone.above + 0.01);
    expect(beside.opening).toBe(0);
  });

  it('without kinds would not be, beside a counter that wraps', () => {
    const baseline = new Baseline(4, { ...baselineOptions(generic), sensors: [] });
    const random = seededRandom(1);
    let above = 0;
    for (let row = 0; row < 6_000; row++) {
      const values = [60, 40, 2].map((mean) => mean + gaussian(random));
      baseline.take(Float32Array.of(...values, (30 * row + 60_000) % 65_536), row * 1_000);
      if (baseline.score().score > rare) above++;
    }
    expect(above).toBeGreaterThan(150);
  });
});

it('a counter whose rate changes is unusual, and so is what happens to other sensors', () => {
  let total = 0;
  const slower = run({
    pulses(row) {
      total += row < 4_000 ? 30 : 12;
      return total;
    },
  });
  expect(Math.max(...slower.scores.slice(0, 3_000))).toBeLessThan(openAt);
  expect(Math.max(...slower.scores.slice(3_300))).toBeGreaterThan(openAt);
  const worn = run(
    { pulses: (row) => 3 * row },
    {
      change: (row, values) => {
        if (row >= 4_000) values[2]! += 2;
      },
    },
  );
  expect(Math.max(...worn.scores.slice(3_300))).toBeGreaterThan(openAt);
});

describe('a machine that rests when it is first seen', () => {
  /** Rests for six hours, works for five days and nights at two speeds, and rests at the weekend; a row a minute. */
  function firstWeek(): number[] {
    const random = seededRandom(5);
    const sensors = ['speed', 'shake', 'heat'].map(open);
    const baseline = new Baseline(sensors.length, baselineOptions({ ...generic, sensors }));
    const opening: number[] = [];
    let heat = 20;
    for (let minute = 0; minute < 7 * 1_440; minute++) {
      const runs = minute >= 360 && minute < 5 * 1_440 + 360;
      const speed = Math.floor(minute / 300) % 2 ? 900 : 1_500;
      heat += ((runs ? 50 : 20) - heat) / 60;
      const shake = runs ? speed / 700 + gaussian(random) / 10 : 0.1 + gaussian(random) / 50;
      const values = [runs ? speed + 5 * gaussian(random) : 0, shake, heat + gaussian(random) / 5];
      baseline.take(Float32Array.from(values), minute * 60_000);
      if (baseline.ready && baseline.score().score >= openAt) opening.push(minute);
    }
    return opening;
  }

  it('has learnt that its speed may be 0, which looked like a switch', () => {
    expect(firstWeek()).toEqual([]);
  });
});
