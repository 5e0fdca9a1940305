import { createHash } from 'node:crypto';

const oneNan = 0x7fc00000;

/**
 * The digest of a window as records of decisions have it. Absent values have one pattern of bits, because a NaN has many
 * and a copy may change it. Little-endian, as every computer is that runs this.
 */
export function windowDigest(window: Float32Array): string {
  const copy = window.slice();
  const bits = new Uint32Array(copy.buffer);
  for (let at = 0; at < copy.length; at++) if (Number.isNaN(copy[at])) bits[at] = oneNan;
  return createHash('sha256').update(bits).digest('hex');
}
