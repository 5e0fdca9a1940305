import { beforeAll, describe, expect, it } from 'vitest';
import { occlusionEffects } from '../../gateway/watch/model/occlusion.ts';
import type { Artefact } from '../../shared/model/artefact.ts';
import { chooseBackend } from '../../shared/model/backend.ts';
import type { Features } from '../../shared/model/features.ts';
import { createModel, type Model } from '../../shared/model/model.ts';
import type { Ensemble } from '../../shared/model/network.ts';

beforeAll(() => chooseBackend('wasm'));

const none = Number.NaN;
/**
 * Input 0 is the operating condition; inputs 1 and 2 are read; their mean is 100 in one condition, 900 in the other.
 */
const features: Features = {
  settings: [0],
  settingScale: [10],
  conditions: [
    { centre: [0], reach: 1, share: 0.5, mean: [100, 100], std: [10, 10] },
    { centre: [10], reach: 1, share: 0.5, mean: [900, 900], std: [10, 10] },
  ],
  channels: [1, 2],
  stillRowsMax: [null, null],
  correlation: [1, 0, 0, 1],
};

/** A model whose p50 is 50 − (10 · sensor 1 + 2 · sensor 2), each the mean of the last rows in standard deviations. */
function model(summary: boolean): Model {
  const rows = 4;
  const length = { meanRows: [4], slopeRows: [], firstRows: 0, relative: false, length: true };
  const known: Features = summary
    ? // Means and stds that are not 0 and 1: occluding must undo them.
      { ...features, summary: { ...length, mean: [1, 2, 0, 0], std: [2, 4, 1, 1] } }
    : features;
  const perSensor = [-0.1, -0.02];
  const ensemble: Ensemble = summary
    ? { members: [{ kind: 'mlp', inputs: 4, hiddenUnits: [] }] }
    : { members: [{ kind: 'patch-mlp', rows, columns: 2, patchRows: 4, patchUnits: 1, hiddenUnits: 1 }] };
  const headOf = (value: number) => [value, 0, 0];
  const weights = summary
    ? [
        Float32Array.from([...headOf(2 * perSensor[0]!), ...headOf(4 * perSensor[1]!), 0, 0, 0, 0, 0, 0]),
        Float32Array.of(0.5 + perSensor[0]! + 2 * perSensor[1]!, -9, -9),
      ]
    : [
        // Offset by 1, so that ReLU cuts nothing off; the head subtracts it again.
        Float32Array.from(
          Array.from({ length: rows }, () => perSensor.map((weight) => weight / rows)).flat(),
        ),
        Float32Array.of(1),
        Float32Array.of(1),
        Float32Array.of(0),
        Float32Array.from(headOf(1)),
        Float32Array.of(-0.5, -9, -9),
      ];
  const output = { unit: 'cycles', labelCap: 100, interval: { at: [50], p10Shift: [0], p90Shift: [0] } };
  const manifest = { features: known, inputs: [{}, {}, {}], windowRows: rows, windowRowsMin: rows, output };
  return createModel({ manifest, ensemble, weights: [weights] } as unknown as Artefact);
}

/** Both sensors at so many standard deviations above the mean of the condition that the row is in. */
function window(first: number, second: number): Float32Array {
  const row = (fast: boolean) =>
    fast ? [10, 900 + 10 * first, 900 + 10 * second] : [0, 100 + 10 * first, 100 + 10 * second];
  return Float32Array.from([false, true, true, false].flatMap(row));
}

describe.each([
  ['a network that reads rows', false],
  ['a network that reads a summary', true],
])('occlusion with %s', (_, summary) => {
  it('returns for each sensor the life that it takes from the machine, equally in each operating condition', () => {
    const known = model(summary);
    const { lives, prepared } = known.score(window(2, 3), 1);
    expect(lives[1]).toBeCloseTo(50 - 20 - 6, 3);
    const effects = occlusionEffects(known, prepared, lives[1]!);
    expect(effects[0]).toBe(0);
    expect(effects[1]).toBeCloseTo(20, 3);
    expect(effects[2]).toBeCloseTo(6, 3);
  });

  it('is below 0 for a sensor better than its mean, and 0 for one at its mean', () => {
    const known = model(summary);
    const { lives, prepared } = known.score(window(-1, 0), 1);
    const effects = occlusionEffects(known, prepared, lives[1]!);
    expect(effects[1]).toBeCloseTo(-10, 3);
    expect(effects[2]).toBeCloseTo(0, 3);
  });

  it('leaves a missing sensor without an effect', () => {
    const known = model(summary);
    const values = window(2, 3).map((value, i) => (i % 3 === 2 ? none : value));
    const { lives, prepared } = known.score(values, 1);
    expect(occlusionEffects(known, prepared, lives[1]!)[2]).toBeCloseTo(0, 3);
  });
});
