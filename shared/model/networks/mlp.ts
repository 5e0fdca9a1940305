/** Dense layers with ReLU over all inputs, for summaries of a history. */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkKind } from './kind.ts';
import { Units } from './sizes.ts';

export const Mlp = Type.Object(
  {
    kind: Type.Literal('mlp'),
    inputs: Type.Integer({ minimum: 1, maximum: 16_384 }),
    hiddenUnits: Type.Array(Units, { maxItems: 8, description: 'none: a linear model' }),
  },
  { additionalProperties: false },
);
export type Mlp = Static<typeof Mlp>;

export const mlp: NetworkKind<Mlp> = {
  inputWidth: ({ inputs }) => inputs,
  weightShapes: ({ inputs, hiddenUnits }) =>
    hiddenUnits.flatMap((units, layer) => [
      { name: `dense${layer}/kernel`, shape: [hiddenUnits[layer - 1] ?? inputs, units], initial: 'he' },
      { name: `dense${layer}/bias`, shape: [1, units], initial: 0 },
    ]),
  body({ hiddenUnits }, weights, inputs, drop) {
    let current = inputs;
    hiddenUnits.forEach((_, layer) => {
      current = drop(tf.relu(tf.add(tf.matMul(current, weights[2 * layer]!), weights[2 * layer + 1]!)));
    });
    return current;
  },
  bodyUnits: ({ inputs, hiddenUnits }) => hiddenUnits.at(-1) ?? inputs,
  problem: () => null,
};
