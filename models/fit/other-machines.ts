/**
 * Training on similar machines that the model is not meant for (RunDataset.others): during training the
 * network has one more input that marks them. It is 0 for the machines that the model is for, so its weights
 * are dropped afterwards.
 */
import type { Architecture } from '../../shared/model/network.ts';

/**
 * The architecture used in training. Networks that read rows have no such input and are trained without the
 * mark.
 */
export function withMark(architecture: Architecture): Architecture {
  return architecture.kind === 'mlp' ? { ...architecture, inputs: architecture.inputs + 1 } : architecture;
}

/** Converts weights of `withMark(architecture)` to weights of `architecture`. */
export function withoutMark(architecture: Architecture, weights: Float32Array[]): Float32Array[] {
  if (architecture.kind !== 'mlp') return weights;
  const [kernel, ...rest] = weights as [Float32Array, ...Float32Array[]];
  // The first kernel has one row per input; the mark is the last input.
  const columns = kernel.length / (architecture.inputs + 1);
  return [kernel.slice(0, architecture.inputs * columns), ...rest];
}
