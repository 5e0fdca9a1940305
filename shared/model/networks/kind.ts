/**
 * Kinds of networks (shared/model/networks): a file for each body that a network may have. A new kind is a file and
 * a line in ../network.ts. It must compute the same in training and in inference, and bound what an artefact can
 * demand (sizes.ts).
 */
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Initial values of a weight: `he` is normally distributed as suits a layer with ReLU, `small` the same but much
 * smaller; or a constant.
 */
export type Initial = 'he' | 'small' | number;

export interface WeightShape {
  name: string;
  shape: [number, number];
  initial: Initial;
}

/** Dropout: in training it sets some of a layer's units to 0 at random, in inference it does nothing. */
export type Drop = (units: Tensor2D) => Tensor2D;

/** One kind of network. Its weights are a list of matrices; training and inference both call `body`. */
export interface NetworkKind<A> {
  weightShapes(architecture: A): WeightShape[];
  /** Length of the input. */
  inputWidth(architecture: A): number;
  /** Computes the features [batch, units], from which the head makes quantiles, from inputs [batch, inputWidth]. */
  body(architecture: A, weights: Tensor2D[], inputs: Tensor2D, drop: Drop): Tensor2D;
  /** Number of units that `body` returns. */
  bodyUnits(architecture: A): number;
  /** Checks that a schema cannot express; null if the sizes fit each other. */
  problem(architecture: A): string | null;
}
