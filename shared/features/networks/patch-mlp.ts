/**
 *     window [rows × columns]
 *       → cut into rows / patchRows patches of patchRows rows
 *       → one dense layer, the same for every patch, ReLU
 *       → one dense layer over all patches, ReLU
 *
 * A patch layer is a convolution whose stride is its width, written as reshape and matrix product: every backend has
 * these kernels and their gradients, and WebAssembly runs them several times faster than a sliding convolution.
 */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkKind } from './kind.ts';
import { Columns, Rows, Units } from './sizes.ts';

export const PatchMlp = Type.Object(
  {
    kind: Type.Literal('patch-mlp'),
    rows: Rows,
    columns: Columns,
    patchRows: Rows,
    patchUnits: Units,
    hiddenUnits: Units,
  },
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
  body({ rows, columns, patchRows, patchUnits }, weights, windows, drop) {
    const [patchKernel, patchBias, hiddenKernel, hiddenBias] = weights;
    const patches = tf.reshape(windows, [-1, patchRows * columns]);
    const features = tf.relu(tf.add(tf.matMul(patches, patchKernel!), patchBias!));
    const joined = tf.reshape(features, [-1, (rows / patchRows) * patchUnits]);
    return drop(tf.relu(tf.add(tf.matMul(joined, hiddenKernel!), hiddenBias!)));
  },
  bodyUnits: ({ hiddenUnits }) => hiddenUnits,
  problem: ({ rows, patchRows }) =>
    rows % patchRows === 0 ? null : `patches of ${patchRows} rows do not divide a window of ${rows}`,
};
