/**
 *     window [rows × columns]
 *       → patches of patchRows rows, one dense layer for all, ReLU, a learnt vector added for each position
 *       → self-attention, one head, added to what it read, ReLU
 *       → mean over all patches, and the newest one, side by side
 *       → one dense layer, ReLU
 */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkKind } from './kind.ts';
import { patchesOf, patchProblem, patchSizes } from './patches.ts';
import { Units } from './sizes.ts';

export const Attention = Type.Object(
  { kind: Type.Literal('attention'), ...patchSizes, hiddenUnits: Units },
  { additionalProperties: false },
);
export type Attention = Static<typeof Attention>;

export const attention: NetworkKind<Attention> = {
  inputWidth: ({ rows, columns }) => rows * columns,
  weightShapes: ({ rows, columns, patchRows, patchUnits: units, hiddenUnits }) => [
    { name: 'patch/kernel', shape: [patchRows * columns, units], initial: 'he' },
    { name: 'patch/bias', shape: [1, units], initial: 0 },
    { name: 'position', shape: [rows / patchRows, units], initial: 0 },
    { name: 'query/kernel', shape: [units, units], initial: 'small' },
    { name: 'key/kernel', shape: [units, units], initial: 'small' },
    { name: 'value/kernel', shape: [units, units], initial: 'small' },
    { name: 'hidden/kernel', shape: [2 * units, hiddenUnits], initial: 'he' },
    { name: 'hidden/bias', shape: [1, hiddenUnits], initial: 0 },
  ],
  body(architecture, weights, windows, drop) {
    const { rows, patchRows, patchUnits: units } = architecture;
    const [kernel, bias, position, queryKernel, keyKernel, valueKernel, hiddenKernel, hiddenBias] = weights;
    const count = rows / patchRows;
    const positions = (flat: tf.Tensor) => tf.reshape(flat, [-1, count, units]) as tf.Tensor3D;
    const patches = tf.add(positions(patchesOf(architecture, windows, kernel!, bias!)), position!);
    const flat = tf.reshape(patches, [-1, units]) as tf.Tensor2D;
    const [query, key, value] = [queryKernel, keyKernel, valueKernel].map((one) =>
      positions(tf.matMul(flat, one!)),
    );
    const likeness = tf.div(tf.matMul(query!, key!, false, true), Math.sqrt(units));
    const read = tf.relu(tf.add(patches, tf.matMul(tf.softmax(likeness) as tf.Tensor3D, value!)));
    const newest = tf.reshape(tf.slice(read, [0, count - 1, 0], [-1, 1, units]), [-1, units]);
    const joined = tf.concat([tf.mean(read, 1), newest], 1) as tf.Tensor2D;
    return drop(tf.relu(tf.add(tf.matMul(joined, hiddenKernel!), hiddenBias!)));
  },
  bodyUnits: ({ hiddenUnits }) => hiddenUnits,
  problem: patchProblem,
};
