import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { chooseBackend } from './backend.ts';
import { createEnsemble } from './model.ts';
import { type Architecture, architectureProblem, inputWidth, weightCount, weightShapes } from './network.ts';

const patches = { rows: 12, columns: 3, patchRows: 4, patchUnits: 5 };
const architectures: Architecture[] = [
  { kind: 'mlp', inputs: 36, hiddenUnits: [8, 4] },
  { kind: 'mlp', inputs: 36, hiddenUnits: [] },
  { kind: 'patch-mlp', ...patches, hiddenUnits: 6 },
  { kind: 'attention', ...patches, hiddenUnits: 6 },
  { kind: 'recurrent', ...patches, stateUnits: 6 },
];

function weightsOf(architecture: Architecture, seed: number): Float32Array[] {
  const random = seededRandom(seed);
  return weightShapes(architecture).map(({ shape }) =>
    Float32Array.from({ length: shape[0] * shape[1] }, () => random.next() - 0.5),
  );
}

const random = seededRandom(7);
const inputs = Float32Array.from({ length: 4 * 36 }, () => random.next());

describe.each(architectures)('a network of kind $kind', (architecture) => {
  beforeAll(() => chooseBackend('wasm'));

  it('returns three ordered quantiles per window, independent of the other windows in the batch', () => {
    const network = createEnsemble([architecture], [weightsOf(architecture, 1)]);
    const all = network.quantiles(inputs, 4);
    expect(all).toHaveLength(12);
    for (let i = 0; i < 12; i += 3) {
      expect(all[i]!).toBeLessThan(all[i + 1]!);
      expect(all[i + 1]!).toBeLessThan(all[i + 2]!);
    }
    const third = network.quantiles(inputs.slice(72, 108), 1);
    expect(third).toHaveLength(3);
    third.forEach((value, i) => {
      expect(value).toBeCloseTo(all[6 + i]!, 5);
    });
    network.dispose();
  });

  it('has weightCount weights, and leaves no tensor behind', () => {
    expect(inputWidth(architecture)).toBe(36);
    const before = tf.memory().numTensors;
    const network = createEnsemble(
      [architecture, architecture],
      [weightsOf(architecture, 1), weightsOf(architecture, 2)],
    );
    network.quantiles(inputs, 4);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(weightCount(architecture)).toBe(
      weightsOf(architecture, 1).reduce((sum, { length }) => sum + length, 0),
    );
  });

  it('returns the same in plain JavaScript as in WebAssembly', async () => {
    const weights = weightsOf(architecture, 3);
    const wasm = createEnsemble([architecture], [weights]).quantiles(inputs, 4);
    await chooseBackend('cpu');
    const cpu = createEnsemble([architecture], [weights]).quantiles(inputs, 4);
    await chooseBackend('wasm');
    expect(cpu).toHaveLength(wasm.length);
    cpu.forEach((value, i) => {
      expect(value).toBeCloseTo(wasm[i]!, 4);
    });
  });
});

it('an ensemble returns its members’ mean', async () => {
  await chooseBackend('wasm');
  const one = architectures[0]!;
  const [a, b] = [weightsOf(one, 1), weightsOf(one, 2)];
  const alone = [a, b].map((weights) => createEnsemble([one], [weights]).quantiles(inputs, 4));
  const together = createEnsemble([one, one], [a, b]).quantiles(inputs, 4);
  expect(together).toHaveLength(12);
  together.forEach((value, i) => {
    expect(value).toBeCloseTo((alone[0]![i]! + alone[1]![i]!) / 2, 5);
  });
});

it('is refused if its patches do not divide the window', () => {
  expect(architectureProblem({ kind: 'attention', ...patches, patchRows: 5, hiddenUnits: 1 })).toMatch(
    /do not divide/,
  );
});
