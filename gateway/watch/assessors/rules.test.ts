import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import type { AlertInput } from '../../ports/decision.ts';
import { Baseline } from '../baselines/baseline.ts';
import { learnRows } from '../baselines/baseline-options.ts';
import { applyRules } from './rules.ts';
import { createRulesAssessor } from './rules-assessor.ts';

const rows = 20;
const type: MachineType = {
  name: 'rig',
  version: '1.0.0',
  description: '',
  lifeUnit: 'cycles',
  stepMs: 1_000,
  windowRows: rows,
  openSensors: false,
  sensors: [
    { name: 'rising', unit: 'Cel', min: 0, max: 500, warn: 50, alarm: 100 },
    { name: 'falling', unit: 'bar', min: 0, max: 20, warn: 6, alarm: 2 },
    { name: 'free', unit: '1', min: 0, max: 1e6 },
  ],
  alerts: [],
};

const random = seededRandom(1);

/** `rising` goes from `from` by `slope` per row, with noise; the others stay constant and healthy. */
function rig(from: number, slope: number, noise = 0, falling = 10): Float32Array {
  const values = Array.from({ length: rows }, (_, row) => [
    from + slope * row + noise * gaussian(random),
    falling,
    1e5,
  ]);
  return Float32Array.from(values.flat());
}

describe('rules', () => {
  it('extrapolate a trend to the alarm limit', () => {
    const { severity, remaining } = applyRules(type, rig(50, 1), rows);
    expect(severity).toBeCloseTo(0.5 + (0.5 * 17) / 50, 2);
    expect(remaining!.p50).toBeCloseTo(31, 0);
  });

  it('give an interval around the truth that is wider with more noise', () => {
    const calm = applyRules(type, rig(50, 1, 0.5), rows).remaining!;
    const noisy = applyRules(type, rig(50, 1, 4), rows).remaining!;
    expect(noisy.p90 - noisy.p10).toBeGreaterThan(calm.p90 - calm.p10);
    for (const { p10, p50, p90 } of [calm, noisy]) {
      expect(p10).toBeLessThanOrEqual(p50);
      expect(p50).toBeLessThanOrEqual(p90);
    }
  });

  it('estimate no remaining life without a trend, far from the limit, or if the sensor recovers', () => {
    expect(applyRules(type, rig(70, 0, 2), rows).remaining).toBeNull();
    expect(applyRules(type, rig(0, 0.5), rows).remaining).toBeNull();
    expect(applyRules(type, rig(90, -1), rows).remaining).toBeNull();
  });

  it.each([1, 3, 5, 8, 12, 16, 18])('see no trend in a level that was reached at once %i rows ago', (ago) => {
    const step = (high: number, noise: number) => {
      const window = rig(10, 0, noise);
      for (let row = rows - ago; row < rows; row++) window[row * 3] = high + noise * gaussian(random);
      return applyRules(type, window, rows);
    };
    for (const noise of [0, 1]) {
      expect(step(80, noise).remaining).toBeNull();
      // Beyond its alarm limit, what is over is over.
      if (ago > 5) expect(step(130, noise).remaining).toMatchObject({ p50: 0 });
    }
  });

  it('see a trend that grows ever faster, and call no life over before its limit is reached', () => {
    const window = rig(0, 0);
    for (let row = 0; row < rows; row++) window[row * 3] = 20 + 60 * 2 ** ((row - rows + 1) / 4);
    const { remaining } = applyRules(type, window, rows);
    expect(remaining!.p50).toBeGreaterThan(0);
    for (let from = 60; from <= 79; from++) {
      const { severity, remaining: left } = applyRules(type, rig(from, 1, 1.5), rows);
      if (severity < 1) expect(left!.p50).toBeGreaterThan(0);
    }
  });

  it('handle limits below the normal range', () => {
    expect(applyRules(type, rig(0, 0, 0, 4), rows).severity).toBeCloseTo(0.75, 5);
    expect(applyRules(type, rig(0, 0, 0, 10), rows).severity).toBe(0);
  });

  it('estimate a remaining life of 0 at the alarm limit', () => {
    const { severity, remaining } = applyRules(type, rig(120, 0), rows);
    expect(severity).toBe(1);
    expect(remaining).toMatchObject({ p10: 0, p50: 0 });
  });

  it('are not moved by one odd reading', () => {
    const window = rig(20, 0);
    window[(rows - 1) * 3] = 400;
    expect(applyRules(type, window, rows)).toMatchObject({
      severity: expect.closeTo(0.2, 5),
      remaining: null,
    });
  });

  it('ignore a sensor that has sent nothing or has only just begun', () => {
    const window = rig(90, 1);
    for (let row = 0; row < rows - 6; row++) window[row * 3] = Number.NaN;
    const begun = applyRules(type, window, rows);
    expect(begun.severity).toBe(1);
    const silent = applyRules(type, rig(Number.NaN, 0), rows);
    expect(silent.severity).toBe(0);
    expect(silent.remaining).toBeNull();
  });
});

describe('the rules assessor', () => {
  const input = (window: Float32Array, of: MachineType = type): AlertInput => ({
    machine: { site: 's', machine: 'm', type: of },
    timeMs: 0,
    window,
    rows,
  });
  const assess = async (window: Float32Array, of?: MachineType, baseline: Baseline | null = null) => {
    const assessor = createRulesAssessor({ baselineOf: () => baseline });
    return (await assessor.assess([input(window, of)], new AbortController().signal))[0]!;
  };

  it('names the source of the estimate and the sensor behind it', async () => {
    const assessment = await assess(rig(60, 1, 0.2));
    expect(assessment).toMatchObject({ source: 'rules', model: null, remainingLife: { unit: 'cycles' } });
    expect(assessment.contributions[0]).toMatchObject({ sensor: 'rising', share: 1 });
    expect(assessment.contributions[0]!.value).toBeCloseTo(79, -1);
    expect(assessment.health).toBeLessThan(0.5);
    expect(assessment.confidence).toBeGreaterThan(0.5);
    expect(assessment.confidence).toBeLessThanOrEqual(0.65);
  });

  it('derives health from the anomaly score if a type has no limits', async () => {
    const free: MachineType = {
      ...type,
      sensors: type.sensors.map(({ name, unit, min, max }) => ({ name, unit, min, max })),
    };
    const baseline = new Baseline(3);
    for (let row = 0; row < learnRows; row++) {
      baseline.take(Float32Array.of(20 + gaussian(random), 10, 1e5), row);
    }
    const normal = await assess(rig(20, 0, 1), free, baseline);
    for (let row = 0; row < 20; row++) baseline.take(Float32Array.of(60, 10, 1e5), learnRows + row);
    const odd = await assess(rig(60, 0, 1), free, baseline);
    expect(normal.health).toBeGreaterThan(0.5);
    expect(odd).toMatchObject({ remainingLife: null, contributions: [{ sensor: 'rising' }] });
    expect(odd.anomaly).toBeGreaterThan(0.5);
    expect(odd.health).toBeCloseTo(1 - odd.anomaly, 10);
    expect((await assess(rig(60, 0, 1), free)).confidence).toBeLessThan(0.5);
  });
});
