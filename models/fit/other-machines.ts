/**
 * Learning from machines that are much alike but others (RunDataset.others): in training a network has one more input
 * that says so. For the machines that the model is for it is 0, so afterwards its weights are simply left out.
 */
import type { Architecture } from '../../shared/features/network.ts';

/** The architecture in training. Networks that read rows have no place for the mark: they learn without it. */
export function withMark(architecture: Architecture): Architecture {
  return architecture.kind === 'mlp' ? { ...architecture, inputs: architecture.inputs + 1 } : architecture;
}

/** Weights of `withMark(architecture)` → those of `architecture`. */
export function withoutMark(architecture: Architecture, weights: Float32Array[]): Float32Array[] {
  if (architecture.kind !== 'mlp') return weights;
  const [kernel, ...rest] = weights as [Float32Array, ...Float32Array[]];
  // A row of the first kernel for each input; the mark is the last input.
  const columns = kernel.length / (architecture.inputs + 1);
  return [kernel.slice(0, architecture.inputs * columns), ...rest];
}
