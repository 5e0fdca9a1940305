import type { ModelInput } from './manifest.ts';

/** Beyond this many standard deviations a value says no more: one mad sensor must not drown the others. */
export const clipStd = 8;

/**
 * Rows × sensors in the sensors' units → standard deviations from the training mean, in place. A missing value (NaN)
 * becomes the training mean.
 */
export function normalise(values: Float32Array, inputs: readonly ModelInput[]): void {
  const sensors = inputs.length;
  const mean = Float64Array.from(inputs, (input) => input.mean);
  const scale = Float64Array.from(inputs, (input) => 1 / input.std);
  for (let i = 0, column = 0; i < values.length; i++, column = column + 1 === sensors ? 0 : column + 1) {
    const z = (values[i]! - mean[column]!) * scale[column]!;
    values[i] = z > clipStd ? clipStd : z < -clipStd ? -clipStd : Number.isNaN(z) ? 0 : z;
  }
}
