import { describe, expect, it } from 'vitest';
import type { MachineType, Sensor } from '../../shared/domain/machine-type.ts';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import { createSelfLearnedAssessor } from './assessors/self-learned-assessor.ts';
import { Baseline } from './baselines/baseline.ts';
import { baselineOptions } from './baselines/baseline-options.ts';

const sensor = (name: string, more: Partial<Sensor> = {}): Sensor => ({
  name,
  unit: '1',
  min: -1e9,
  max: 1e9,
  ...more,
});
const free: MachineType = {
  name: 'rig',
  version: '1.0.0',
  description: 'three sensors without limits',
  lifeUnit: 'hours',
  stepMs: 1_000,
  windowRows: 4,
  openSensors: false,
  sensors: ['flow', 'heat', 'shake'].map((name) => sensor(name)),
  alerts: [],
};
const limited: MachineType = {
  ...free,
  sensors: [sensor('flow'), sensor('heat', { warn: 30, alarm: 60 }), sensor('shake')],
};
const learn = 400;
const lifeRows = 1_000;
/** Vibration and, less, temperature grow from row 400 on. */
const wear = (row: number) => 0.3 * Math.expm1(Math.max(0, row - learn) / 180);

/** A machine of this type at a row of its life, and its assessment. */
function machine(type: MachineType, repeats = 1) {
  const random = seededRandom(5);
  const baseline = new Baseline(3, baselineOptions(type));
  const assessor = createSelfLearnedAssessor({ baselineOf: () => baseline });
  let row = 0;
  let newest = new Float32Array(3);
  return {
    baseline,
    run(to: number, wears = true) {
      for (; row < to; row++) {
        const worn = wears ? wear(row) : 0;
        newest = Float32Array.of(gaussian(random), 20 + gaussian(random) + worn / 3, gaussian(random) + worn);
        for (let i = 0; i < repeats; i++) baseline.take(newest, row * type.stepMs + i);
      }
    },
    async assess() {
      const window = Float32Array.from({ length: 12 }, (_, i) => newest[i % 3]!);
      const input = {
        machine: { site: 's', machine: 'm', type },
        timeMs: row * type.stepMs,
        window,
        rows: 4,
      };
      return (await assessor.assess([input], new AbortController().signal))[0] ?? null;
    },
  };
}

describe('the self-learned assessor', () => {
  it('returns no answer while it learns, and for unknown machines', async () => {
    const made = machine(free);
    made.run(30);
    expect(await made.assess()).toBeNull();
    const stranger = createSelfLearnedAssessor({ baselineOf: () => null });
    const input = {
      machine: { site: 's', machine: 'x', type: free },
      timeMs: 0,
      window: new Float32Array(12),
      rows: 4,
    };
    expect(await stranger.assess([input], new AbortController().signal)).toEqual([null]);
  });

  it('reports the deviation from the past; remaining life is unknown without a trend', async () => {
    const made = machine(free);
    made.run(900, false);
    const said = await made.assess();
    expect(said).toMatchObject({ source: 'rules', model: null, detector: { name: 'self-learned' } });
    expect(said!.remainingLife).toBeNull();
    expect(said!.anomaly).toBeLessThan(0.5);
    expect(said!.health).toBeCloseTo(1 - said!.anomaly, 10);
  });

  it.each([free, limited])('extrapolates a trend, with an interval, and names the sensors', async (type) => {
    const made = machine(type);
    made.run(850);
    const said = await made.assess();
    const { p10, p50, p90, unit } = said!.remainingLife!;
    expect(unit).toBe('hours');
    expect(p10).toBeLessThan(p50);
    expect(p50).toBeLessThan(p90);
    expect(p10).toBeLessThan(lifeRows - 850);
    expect(p90).toBeGreaterThan(lifeRows - 850);
    expect(said!.contributions[0]!.sensor).toBe('shake');
    expect(said!.contributions[0]!.share).toBeGreaterThan(0.4);
    expect(said!.anomaly).toBeGreaterThan(0.5);
  });

  it('leaves a machine with limits and without a trend to the rules', async () => {
    const made = machine(limited);
    made.run(900, false);
    expect(await made.assess()).toBeNull();
  });

  it('counts remaining life in rows of the machine, however few of them are sampled', async () => {
    // The machine sends each row five times within the time between two samples.
    const [once, often] = [machine(free), machine(free, 5)];
    once.run(850);
    often.run(850);
    expect(often.baseline.rows).toBe(once.baseline.rows);
    const [rows, manyRows] = [(await once.assess())!.remainingLife!, (await often.assess())!.remainingLife!];
    expect(manyRows.p50 / rows.p50).toBeCloseTo(5, 1);
    expect(manyRows.p90 / rows.p90).toBeCloseTo(5, 1);
  });
});
