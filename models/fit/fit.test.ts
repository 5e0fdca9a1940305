import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../shared/model/backend.ts';
import { inputWidth, weightShapes } from '../../shared/model/network.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { prepareRun } from '../data/prepared-runs.ts';
import { architectureFor, featuresFor, type NetworkDesign, pathFor } from './design.ts';
import { fitNetwork, newFitState } from './fit.ts';
import { fleetDesign, fleetRuns, fleetType } from './fleet.testing.ts';
import { withMark, withoutMark } from './other-machines.ts';

beforeAll(() => chooseBackend('wasm'));

const { runs } = fleetRuns({ machines: 20, seed: 1 });
const { summary, ...byRows } = fleetDesign;
const patches = { patchRows: 4, patchUnits: 8 };
const networks: NetworkDesign[] = [
  { kind: 'mlp', hiddenUnits: [16] },
  { kind: 'mlp', hiddenUnits: [] },
  { kind: 'patch-mlp', ...patches, hiddenUnits: 8 },
  { kind: 'attention', ...patches, hiddenUnits: 8 },
  { kind: 'recurrent', ...patches, stateUnits: 8 },
];

/** Returns the root mean square error of each epoch. */
async function learn(network: NetworkDesign): Promise<number[]> {
  const design = network.kind === 'mlp' ? { ...byRows, summary: summary! } : byRows;
  const path = pathFor(fleetType, featuresFor(design, fleetType, runs));
  const architecture = architectureFor(network, path);
  const state = newFitState(architecture, seededRandom(1));
  const errors: number[] = [];
  const data = {
    path,
    runs: runs.map((run) => prepareRun(path, run)),
    others: new Set<never>(),
    rowsMin: 4,
    labelCap: 40,
  };
  const options = { ...design.fit, epochs: 4, windowsPerEpoch: 1_000, learningRate: 5e-3 };
  await fitNetwork(architecture, data, options, 1, state, {
    nowMs: () => systemClock.monotonicMs(),
    epochDone: ({ trainRmse }) => errors.push(trainRmse),
  });
  return errors;
}

describe('fitting', () => {
  it.each(networks)('trains a network of kind $kind in WebAssembly', async (network) => {
    const errors = await learn(network);
    expect(errors).toHaveLength(4);
    expect(errors.at(-1)!).toBeLessThan(0.75 * errors[0]!);
  });
});

describe('training on other machines', () => {
  it('uses an input that marks them, whose weights are dropped afterwards', () => {
    const architecture = { kind: 'mlp' as const, inputs: 3, hiddenUnits: [2] };
    const marked = withMark(architecture);
    expect(inputWidth(marked)).toBe(4);
    const weights = weightShapes(marked).map(({ shape }) =>
      Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => i),
    );
    const own = withoutMark(architecture, weights);
    expect([...own[0]!]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(own.slice(1)).toEqual(weights.slice(1));
    expect(own.map(({ length }) => length)).toEqual(
      weightShapes(architecture).map(({ shape }) => shape[0] * shape[1]),
    );
  });
});
