/**
 * The network, and its only implementation: training and inference both call `forward`.
 *
 *     window [rows × sensors]
 *       → cut into rows / patchRows patches of patchRows rows
 *       → one dense layer, the same for every patch, ReLU
 *       → one dense layer over all patches, ReLU
 *       → three increments, softplus, summed up: p10 ≤ p50 ≤ p90 by construction, in units of the label cap
 *
 * A patch layer is a convolution whose stride is its width, written as reshape and matrix product: every backend has
 * these kernels and their gradients, and WebAssembly runs them several times faster than a sliding convolution.
 */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';

const Size = (maximum: number) => Type.Integer({ minimum: 1, maximum });

export const Architecture = Type.Object(
  {
    kind: Type.Literal('patch-dense-1'),
    rows: Size(512),
    sensors: Size(256),
    patchRows: Size(512),
    patchUnits: Size(512),
    hiddenUnits: Size(1_024),
  },
  { additionalProperties: false },
);
export type Architecture = Static<typeof Architecture>;

export const quantiles = [0.1, 0.5, 0.9] as const;

export interface WeightShape {
  name: string;
  shape: [number, number];
}

/** Every weight, in the order in which they are stored. */
export function weightShapes(architecture: Architecture): WeightShape[] {
  const { rows, sensors, patchRows, patchUnits, hiddenUnits } = architecture;
  return [
    { name: 'patch/kernel', shape: [patchRows * sensors, patchUnits] },
    { name: 'patch/bias', shape: [1, patchUnits] },
    { name: 'hidden/kernel', shape: [(rows / patchRows) * patchUnits, hiddenUnits] },
    { name: 'hidden/bias', shape: [1, hiddenUnits] },
    { name: 'quantiles/kernel', shape: [hiddenUnits, quantiles.length] },
    { name: 'quantiles/bias', shape: [1, quantiles.length] },
  ];
}

export function weightCount(architecture: Architecture): number {
  return weightShapes(architecture).reduce((sum, { shape }) => sum + shape[0] * shape[1], 0);
}

const runningSum = [
  [1, 1, 1],
  [0, 1, 1],
  [0, 0, 1],
];

/** Normalised windows [batch, rows · sensors] → quantiles [batch, 3], in units of the label cap, rising. */
export function forward(
  architecture: Architecture,
  weights: tf.Tensor2D[],
  windows: tf.Tensor2D,
): tf.Tensor2D {
  const { rows, sensors, patchRows, patchUnits } = architecture;
  const [patchKernel, patchBias, hiddenKernel, hiddenBias, kernel, bias] = weights;
  const patches = tf.reshape(windows, [-1, patchRows * sensors]);
  const features = tf.relu(tf.add(tf.matMul(patches, patchKernel!), patchBias!));
  const joined = tf.reshape(features, [-1, (rows / patchRows) * patchUnits]);
  const hidden = tf.relu(tf.add(tf.matMul(joined, hiddenKernel!), hiddenBias!));
  const increments = tf.softplus(tf.add(tf.matMul(hidden, kernel!), bias!));
  return tf.matMul(increments, tf.tensor2d(runningSum)) as tf.Tensor2D;
}
