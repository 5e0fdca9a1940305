/**
 * Generated machines with several sensors, for the multivariate side: hidden causes (load, temperature) drive
 * all sensors. From the middle on, a fault changes how sensors correlate, shifts some of them, or both, and
 * later ends.
 */
import { gaussian, type Random, seededRandom } from '../../shared/runtime/random.ts';
import type { Series } from './series.ts';

const between = (random: Random, low: number, high: number) => low + (high - low) * random.next();

export const machineFaults = [
  'throttled',
  'decoupled',
  'offset',
  'slow',
  'noisy',
  'stuckSensor',
  'subtle',
] as const;
export type MachineFault = (typeof machineFaults)[number];

interface SensorModel {
  level: number;
  gains: number[];
  noise: number;
  memory: number;
  /** Shift that the fault causes, in the sensor's own standard deviations. */
  moved: number;
}

function drawSensors(random: Random, sensors: number, causes: number): SensorModel[] {
  return Array.from({ length: sensors }, () => ({
    level: between(random, -50, 200),
    gains: Array.from({ length: causes }, () => (random.next() < 0.6 ? gaussian(random) : 0)),
    noise: between(random, 0.2, 1),
    memory: random.next() < 0.3 ? between(random, 0.8, 0.97) : 0,
    moved: random.next() < 0.5 ? between(random, 0.8, 3) * (random.next() < 0.5 ? -1 : 1) : 0,
  }));
}

/**
 * Generates one machine: `rows` at 1 Hz that drift slowly, with the fault from the middle on for about a
 * third of them.
 */
export function makeMachine(fault: MachineFault | null, seed: number, rows = 1_100, sensors = 8): Series {
  const random = seededRandom(seed);
  const causes = 3;
  const models = drawSensors(random, sensors, causes);
  const start = Math.round(rows * between(random, 0.45, 0.55));
  const end = Math.min(rows, start + Math.round(rows * between(random, 0.28, 0.4)));
  const state = new Float64Array(causes);
  const memories = Float64Array.from({ length: causes }, () => between(random, 0.7, 0.98));
  const own = new Float64Array(sensors);
  const drift = Float64Array.from({ length: sensors }, () => (0.6 * gaussian(random)) / rows);
  const values = new Float64Array(rows * sensors);
  const victim = Math.floor(random.next() * sensors);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < causes; i++) {
      const memory = memories[i]!;
      state[i] = memory * state[i]! + Math.sqrt(1 - memory * memory) * gaussian(random);
    }
    const isFaulty = fault !== null && row >= start && row < end;
    const part = isFaulty ? Math.min(1, (row - start) / 15) : 0;
    models.forEach((model, i) => {
      own[i] = model.memory * own[i]! + Math.sqrt(1 - model.memory ** 2) * gaussian(random);
      let cause = model.gains.reduce((sum, gain, k) => sum + gain * state[k]!, 0);
      let noise = model.noise * own[i]!;
      let moved = 0;
      const spread = Math.sqrt(model.noise ** 2 + model.gains.reduce((sum, gain) => sum + gain * gain, 0));
      if (isFaulty) {
        if (fault === 'throttled') {
          moved = part * model.moved * spread;
          cause *= 0.7;
        }
        if (fault === 'decoupled' && i % 2 === 0) cause = spread * gaussian(random);
        if (fault === 'offset' && (i === victim || i === (victim + 1) % sensors)) moved = 3 * spread;
        if (fault === 'slow') moved = (model.moved * 1.5 * spread * (row - start)) / (end - start);
        if (fault === 'noisy' && model.moved !== 0) noise *= 3;
        if (fault === 'subtle') moved = 0.5 * part * model.moved * spread;
      }
      const at = row * sensors + i;
      values[at] = model.level + cause + noise + moved + drift[i]! * row * spread;
      if (isFaulty && fault === 'stuckSensor' && i === victim)
        values[at] = values[start * sensors + i - sensors]!;
    });
  }
  const startMs = Date.UTC(2026, 0, 5);
  return {
    name: fault ?? 'healthy',
    timesMs: Float64Array.from({ length: rows }, (_, i) => startMs + 1_000 * i),
    values,
    sensors,
    rows,
    anomalies: fault === null ? [] : [{ start, end }],
  };
}

export function machineCorpus(seeds: readonly number[]): Series[] {
  return seeds.flatMap((seed) =>
    [...machineFaults, null].map((fault, i) => makeMachine(fault, 7_000 * seed + i)),
  );
}
