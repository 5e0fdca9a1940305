import * as tf from '@tensorflow/tfjs-core';
import { Columns, Rows, Units } from './sizes.ts';

/** Sizes of the networks that first cut a window into patches of a few rows. */
export const patchSizes = { rows: Rows, columns: Columns, patchRows: Rows, patchUnits: Units };

export interface PatchSizes {
  rows: number;
  columns: number;
  patchRows: number;
  patchUnits: number;
}

/**
 * Applies one dense layer with ReLU to every patch of windows [batch, rows · columns]: [batch · patches, patchUnits].
 * This is a convolution whose stride equals its width, written as reshape and matrix product: every backend has these
 * kernels and their gradients, and WebAssembly runs them several times faster than a sliding convolution.
 */
export function patchesOf(
  { patchRows, columns }: PatchSizes,
  windows: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor2D,
): tf.Tensor2D {
  const patches = tf.reshape(windows, [-1, patchRows * columns]);
  return tf.relu(tf.add(tf.matMul(patches, kernel), bias));
}

export function patchProblem({ rows, patchRows }: PatchSizes): string | null {
  return rows % patchRows === 0 ? null : `patches of ${patchRows} rows do not divide a window of ${rows}`;
}
