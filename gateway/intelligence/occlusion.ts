import type { Model } from '../../shared/features/model.ts';

/** Windows per pass, so that explaining many machines at once does not need memory for all of them together. */
const windowsPerPass = 256;

/**
 * Which sensors an estimate rests on: each sensor's whole column is replaced by its training mean (0 when normalised)
 * and the rise of p50 is what that sensor takes from the machine's life. Costs one scored window per sensor.
 * @returns one value per sensor, in the unit of life; negative where the sensor speaks for the machine
 */
export function occlusionEffects(
  model: Model,
  normalisedWindow: Float32Array,
  sensors: number,
  p50: number,
): Float32Array {
  const width = normalisedWindow.length;
  const effects = new Float32Array(sensors);
  for (let first = 0; first < sensors; first += windowsPerPass) {
    const count = Math.min(windowsPerPass, sensors - first);
    const block = new Float32Array(count * width);
    for (let i = 0; i < count; i++) {
      block.set(normalisedWindow, i * width);
      for (let at = i * width + first + i; at < (i + 1) * width; at += sensors) block[at] = 0;
    }
    const lives = model.scoreNormalised(block, count);
    for (let i = 0; i < count; i++) effects[first + i] = lives[3 * i + 1]! - p50;
  }
  return effects;
}
