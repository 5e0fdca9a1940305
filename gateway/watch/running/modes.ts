/** The sizes of one sensor's values, counted in half octaves, so that two modes with nothing between them show as a gap. */

/** The smallest and the largest size that is told from smaller and larger ones: 2^-9 and 2^15. */
const leastExponent = 127 - 9;
export const binsOf = 48;
/** A gap is this wide at least, in half octaves: the upper mode begins at four times where the lower one ends. */
const gapMin = 4;
/** Values of a start or stop may be in it: this share of all in one half octave, and of all in the gap. */
const strayShare = 0.003;
const straysShare = 0.01;
/** Each mode has this share of all values, and so many. */
const modeShare = 0.05;
const modeMin = 60;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The half octave of a value's size: exponent and first binary digit of the 32-bit float. */
export function binOf(value: number): number {
  float[0] = value;
  const bin = ((bits[0]! & 0x7fff_ffff) >>> 22) - 2 * leastExponent;
  return bin < 0 ? 0 : bin >= binsOf ? binsOf - 1 : bin;
}

/** The least size in a half octave. */
export function edgeOf(bin: number): number {
  return 2 ** ((bin >> 1) + leastExponent - 127) * (bin % 2 === 0 ? 1 : 1.5);
}

/** Where the lower mode of a sensor ends, and where its upper mode begins. */
export interface Gap {
  lowTo: number;
  highFrom: number;
}

/** The widest gap between two modes in `counts[from] … counts[from + binsOf - 1]`; null if there is none that is clear. */
export function gapIn(counts: Uint16Array, from: number): Gap | null {
  let total = 0;
  for (let bin = 0; bin < binsOf; bin++) total += counts[from + bin]!;
  const enough = Math.max(modeMin, modeShare * total);
  let best: Gap | null = null;
  let widest = gapMin - 1;
  let below = 0;
  let [width, strays] = [0, 0];
  for (let bin = 0; bin < binsOf; bin++) {
    const count = counts[from + bin]!;
    if (count <= strayShare * total) {
      width++;
      strays += count;
      continue;
    }
    const isClear = below >= enough && total - below - strays >= enough && strays <= straysShare * total;
    if (width > widest && isClear) {
      widest = width;
      best = { lowTo: edgeOf(bin - width), highFrom: edgeOf(bin) };
    }
    below += strays + count;
    [width, strays] = [0, 0];
  }
  return best;
}
