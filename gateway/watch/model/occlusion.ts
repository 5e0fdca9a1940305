import type { Model } from '../../../shared/model/model.ts';

/** Inputs per pass, so that explaining many machines at once does not need memory for all of them together. */
const inputsPerPass = 256;

/**
 * Computes which sensors an estimate depends on: all values of a sensor are replaced by the means of their operating
 * conditions, and the rise of p50 is the life that this sensor costs the machine. Costs one scored window per sensor
 * that the model reads.
 * @param input one window as the networks read it
 * @returns one value per sensor of the machine type, in the unit of life; negative if the sensor argues against a
 * failure, 0 for sensors that the model does not read
 */
export function occlusionEffects(model: Model, input: Float32Array, p50: number): Float32Array {
  const { path } = model;
  const effects = new Float32Array(path.inputs);
  for (let first = 0; first < path.channels.length; first += inputsPerPass) {
    const channels = path.channels.slice(first, first + inputsPerPass);
    const block = new Float32Array(channels.length * path.width);
    channels.forEach((_, i) => {
      block.set(input, i * path.width);
      path.occlude(block, i * path.width, first + i);
    });
    const lives = model.scorePrepared(block, channels.length);
    channels.forEach((sensor, i) => {
      effects[sensor] = lives[3 * i + 1]! - p50;
    });
  }
  return effects;
}
