import type { Tensor2D } from '@tensorflow/tfjs-core';

/** How a weight starts: `he`: normally distributed as suits a layer with ReLU; `small`: the same, much smaller; or a number. */
export type Initial = 'he' | 'small' | number;

export interface WeightShape {
  name: string;
  shape: [number, number];
  initial: Initial;
}

/** In training: sets some of a layer's units to 0 at random. In inference: does nothing. */
export type Drop = (units: Tensor2D) => Tensor2D;

/** One kind of network. Its weights are a list of matrices; training and inference both call `body`. */
export interface NetworkKind<A> {
  weightShapes(architecture: A): WeightShape[];
  /** How many numbers it reads. */
  inputWidth(architecture: A): number;
  /** Inputs [batch, inputWidth] → features [batch, units] from which the head makes quantiles. */
  body(architecture: A, weights: Tensor2D[], inputs: Tensor2D, drop: Drop): Tensor2D;
  /** How many units `body` gives. */
  bodyUnits(architecture: A): number;
  /** What a schema cannot say; null if the sizes fit each other. */
  problem(architecture: A): string | null;
}
