/**
 *     window [rows × columns]
 *       → patches of patchRows rows, one dense layer for all, ReLU
 *       → one dense layer over all patches, ReLU
 */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkKind } from './kind.ts';
import { patchesOf, patchProblem, patchSizes } from './patches.ts';
import { Units } from './sizes.ts';

export const PatchMlp = Type.Object(
  { kind: Type.Literal('patch-mlp'), ...patchSizes, hiddenUnits: Units },
  { additionalProperties: false },
);
export type PatchMlp = Static<typeof PatchMlp>;

export const patchMlp: NetworkKind<PatchMlp> = {
  inputWidth: ({ rows, columns }) => rows * columns,
  weightShapes: ({ rows, columns, patchRows, patchUnits, hiddenUnits }) => [
    { name: 'patch/kernel', shape: [patchRows * columns, patchUnits], initial: 'he' },
    { name: 'patch/bias', shape: [1, patchUnits], initial: 0 },
    { name: 'hidden/kernel', shape: [(rows / patchRows) * patchUnits, hiddenUnits], initial: 'he' },
    { name: 'hidden/bias', shape: [1, hiddenUnits], initial: 0 },
  ],
  body(architecture, weights, windows, drop) {
    const { rows, patchRows, patchUnits } = architecture;
    const [patchKernel, patchBias, hiddenKernel, hiddenBias] = weights;
    const patches = patchesOf(architecture, windows, patchKernel!, patchBias!);
    const joined = tf.reshape(patches, [-1, (rows / patchRows) * patchUnits]);
    return drop(tf.relu(tf.add(tf.matMul(joined, hiddenKernel!), hiddenBias!)));
  },
  bodyUnits: ({ hiddenUnits }) => hiddenUnits,
  problem: patchProblem,
};
