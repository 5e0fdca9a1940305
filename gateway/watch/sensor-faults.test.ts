import { describe, expect, it } from 'vitest';
import { isJudgedByItsPast } from '../../shared/domain/alert-policy.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import { baselineOptions } from './baselines/baseline-options.ts';
import { MachineWindow } from './windows/machine-window.ts';

/**
 * Sensors that fail, on machines of an open type and of one with declared sensors, tested through the gateway's
 * windows.
 */
const generic = loadMachineTypes().get('generic')!;
const declared = { ...generic, openSensors: false };
const types = {
  'an open type': generic,
  'declared sensors': declared,
  'declared sensors beside a model': { ...declared, model: 'fan' },
};
const healthyRows = 1_500;
const brokenRows = 160;
/** The failure must be reported within this many rows. */
const noticeRows = 120;
const victim = 2;
const sensors = ['s0', 's1', 's2', 's3'].map((name) => ({ name }));

interface Way {
  /** Ms to the next row, 1,000 on average. */
  stepMs?: (random: () => number) => number;
  /** One message per sensor, instead of one per row. */
  split?: boolean;
  /** The column of the sensor that fails. */
  resolution?: number;
  /** The value that the broken sensor sends; NaN: nothing. */
  broken: (held: number) => number;
}

const stuck = (held: number) => held;
const ways: Record<string, Way> = {
  'is stuck': { broken: stuck },
  'falls silent while others continue in the same message': { broken: () => Number.NaN },
  'falls silent, with one message per sensor': { broken: () => Number.NaN, split: true },
  'is stuck, sampled irregularly': { broken: stuck, stepMs: (random) => 1_000 * (0.2 + 1.6 * random()) },
  'is stuck, and has a resolution of ten steps': { broken: stuck, resolution: 0.5 },
  'reads 0': { broken: () => 0 },
};

function follow(
  type: typeof generic,
  { stepMs = () => 1_000, split = false, resolution, broken }: Way,
  seed: number,
) {
  const random = seededRandom(seed);
  const window = new MachineWindow(30, 4, baselineOptions(type));
  const scores: number[] = [];
  let named = 0;
  let cause = 0;
  let timeMs = 0;
  let held = 0;
  for (let row = 0; row < healthyRows + brokenRows; row++) {
    cause = 0.9 * cause + 0.4 * gaussian(random);
    timeMs += stepMs(() => random.next());
    const values = [
      10 + cause,
      50 - 2 * cause + 0.4 * gaussian(random),
      5 + gaussian(random),
      gaussian(random),
    ];
    if (resolution) values[victim] = Math.round(values[victim]! / resolution) * resolution;
    if (row >= healthyRows) values[victim] = broken(held);
    else held = values[victim]!;
    for (let i = 0; i < (split ? 4 : 1); i++) {
      const sent = split ? values.map((value, at) => (at === i ? value : Number.NaN)) : values;
      window.push(Float32Array.from(sent), 0, 4, timeMs + i);
    }
    // A sensor that is missing or stuck is told as such, whatever the score is.
    const faults = window.sensorRuns.list(sensors).map(({ sensor }) => sensor);
    const { score, deviations } = window.baseline.score();
    scores.push(faults.length > 0 ? 1 : score);
    const isNamed = deviations.indexOf(Math.max(...deviations)) === victim || faults.includes('s2');
    if (row >= healthyRows + noticeRows && isNamed) named++;
  }
  return {
    healthy: Math.max(...scores.slice(healthyRows / 2, healthyRows)),
    late: Math.min(...scores.slice(healthyRows + noticeRows)),
    named: named / (brokenRows - noticeRows),
  };
}

/** A sensor with few values often keeps one for long: where its own past is all that is known of a machine, that is not told. */
const waysOf = (type: typeof generic) =>
  Object.entries(ways).filter(([, { resolution }]) => !isJudgedByItsPast(type) || resolution === undefined);

describe.each(Object.entries(types))('on %s, a sensor that', (_, type) => {
  it.each(waysOf(type))('%s is reported as an anomaly, and is named', (_name, way) => {
    for (const seed of [1, 2, 3]) {
      const { healthy, late, named } = follow(type, way, seed);
      expect(healthy).toBeLessThan(0.65);
      expect(late).toBeGreaterThanOrEqual(0.65);
      expect(named).toBeGreaterThan(0.9);
    }
  });
});

it('sensors that are often constant may be: a machine at rest does not have stuck sensors', () => {
  const random = seededRandom(4);
  const window = new MachineWindow(30, 4, baselineOptions(generic));
  let worst = 0;
  for (let row = 0; row < 6_000; row++) {
    const rests = row % 300 >= 200;
    const values = rests ? [20, 0, 0, 0] : [60, 5, 8, 3].map((level) => level + gaussian(random));
    window.push(Float32Array.from(values), 0, 4, 1_000 * row);
    if (row > 3_000 && rests && row % 300 > 205) worst = Math.max(worst, window.baseline.score().score);
  }
  expect(worst).toBeLessThan(0.65);
});
