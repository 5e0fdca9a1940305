/**
 * The networks, and their only implementation: training and inference both call `forward`. Each consists of a body of
 * some kind (networks/) and a head, a dense layer with three outputs per window: the middle m, and a and b. The
 * quantiles, in units of the label cap, are p10 = m − softplus(a), p50 = m, p90 = m + softplus(b): in order by
 * construction. Several networks may form an ensemble, whose quantiles are the means of its members'.
 */
import { type Static, Type } from '@sinclair/typebox';
import * as tf from '@tensorflow/tfjs-core';
import { Attention, attention } from './networks/attention.ts';
import type { Drop, NetworkKind, WeightShape } from './networks/kind.ts';
import { Mlp, mlp } from './networks/mlp.ts';
import { PatchMlp, patchMlp } from './networks/patch-mlp.ts';
import { Recurrent, recurrent } from './networks/recurrent.ts';

export type { WeightShape } from './networks/kind.ts';

export const Architecture = Type.Union([Mlp, PatchMlp, Attention, Recurrent]);
export type Architecture = Static<typeof Architecture>;

const kinds: { [K in Architecture['kind']]: NetworkKind<Extract<Architecture, { kind: K }>> } = {
  mlp,
  'patch-mlp': patchMlp,
  attention,
  recurrent,
};

/** The networks of an artefact, all for the same inputs. */
export const Ensemble = Type.Object(
  { members: Type.Array(Architecture, { minItems: 1, maxItems: 64 }) },
  { additionalProperties: false },
);
export type Ensemble = Static<typeof Ensemble>;

export const quantiles = [0.1, 0.5, 0.9] as const;

function kindOf(architecture: Architecture): NetworkKind<Architecture> {
  return kinds[architecture.kind] as NetworkKind<Architecture>;
}

/** Describes what is wrong with an architecture's sizes; null if nothing is. */
export function architectureProblem(architecture: Architecture): string | null {
  return kindOf(architecture).problem(architecture);
}

/** Length of a network's input. */
export function inputWidth(architecture: Architecture): number {
  return kindOf(architecture).inputWidth(architecture);
}

/** Shapes of all weights, in the order in which they are stored; the last two are the head's. */
export function weightShapes(architecture: Architecture): WeightShape[] {
  const kind = kindOf(architecture);
  return [
    ...kind.weightShapes(architecture),
    { name: 'head/kernel', shape: [kind.bodyUnits(architecture), quantiles.length], initial: 'small' },
    { name: 'head/bias', shape: [1, quantiles.length], initial: 0 },
  ];
}

export function weightCount(architecture: Architecture): number {
  return weightShapes(architecture).reduce((sum, { shape }) => sum + shape[0] * shape[1], 0);
}

/** Computes [batch, 3] outputs m, a and b from [batch, inputWidth] inputs. */
export function forward(
  architecture: Architecture,
  weights: tf.Tensor2D[],
  inputs: tf.Tensor2D,
  drop: Drop = (units) => units,
): tf.Tensor2D {
  const body = kindOf(architecture).body(architecture, weights, inputs, drop);
  const [kernel, bias] = weights.slice(-2);
  return tf.add(tf.matMul(body, kernel!), bias!);
}

/** Converts m, a and b of each window to p10, p50 and p90, in place. */
export function toQuantiles(outputs: Float32Array): Float32Array {
  for (let i = 0; i < outputs.length; i += 3) {
    const [m, a, b] = [outputs[i]!, outputs[i + 1]!, outputs[i + 2]!];
    outputs[i] = m - softplus(a);
    outputs[i + 1] = m;
    outputs[i + 2] = m + softplus(b);
  }
  return outputs;
}

function softplus(x: number): number {
  return x > 20 ? x : Math.log1p(Math.exp(x));
}
