/**
 *     window [rows × columns]
 *       → patches of patchRows rows, one dense layer for all, ReLU
 *       → a gated recurrent unit (Cho et al., 2014) from the oldest patch to the newest
 */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkKind } from './kind.ts';
import { patchesOf, patchProblem, patchSizes } from './patches.ts';
import { Units } from './sizes.ts';

export const Recurrent = Type.Object(
  { kind: Type.Literal('recurrent'), ...patchSizes, stateUnits: Units },
  { additionalProperties: false },
);
export type Recurrent = Static<typeof Recurrent>;

export const recurrent: NetworkKind<Recurrent> = {
  inputWidth: ({ rows, columns }) => rows * columns,
  weightShapes: ({ columns, patchRows, patchUnits, stateUnits }) => [
    { name: 'patch/kernel', shape: [patchRows * columns, patchUnits], initial: 'he' },
    { name: 'patch/bias', shape: [1, patchUnits], initial: 0 },
    { name: 'input/kernel', shape: [patchUnits, 3 * stateUnits], initial: 'he' },
    { name: 'input/bias', shape: [1, 3 * stateUnits], initial: 0 },
    { name: 'gates/kernel', shape: [stateUnits, 2 * stateUnits], initial: 'small' },
    { name: 'candidate/kernel', shape: [stateUnits, stateUnits], initial: 'small' },
  ],
  body(architecture, weights, windows, drop) {
    const { rows, patchRows, stateUnits: units } = architecture;
    const [kernel, bias, inputKernel, inputBias, gatesKernel, candidateKernel] = weights;
    const count = rows / patchRows;
    const patches = patchesOf(architecture, windows, kernel!, bias!);
    const inputs = tf.split(
      tf.reshape(tf.add(tf.matMul(patches, inputKernel!), inputBias!), [-1, count * 3 * units]),
      count,
      1,
    ) as tf.Tensor2D[];
    let state = tf.zeros([windows.shape[0], units]) as tf.Tensor2D;
    for (const input of inputs) {
      const [keepIn, resetIn, candidateIn] = tf.split(input, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const [keepBy, resetBy] = tf.split(tf.matMul(state, gatesKernel!), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const keep = tf.sigmoid(tf.add(keepIn, keepBy));
      const remembered = tf.mul(tf.sigmoid(tf.add(resetIn, resetBy)), state) as tf.Tensor2D;
      const candidate = tf.tanh(tf.add(candidateIn, tf.matMul(remembered, candidateKernel!)));
      state = tf.add(tf.mul(keep, state), tf.mul(tf.sub(1, keep), candidate));
    }
    return drop(state);
  },
  bodyUnits: ({ stateUnits }) => stateUnits,
  problem: patchProblem,
};
