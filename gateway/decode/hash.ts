/** 32-bit mixing (MurmurHash3's finaliser and round constants, Austin Appleby, public domain). Not for secrets. */
export function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

export function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Returns a 64-bit hash of a text as two unsigned 32-bit halves. */
export function hashText(text: string): [number, number] {
  let high = 0x9747b28c;
  let low = 0x3c6ef372;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = mix(high, code);
    low = mix(low, code ^ 0x5bd1e995);
  }
  return [finish(high), finish(low)];
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** Mixes the bits of a double. */
export function mixFloat(hash: number, value: number): number {
  float[0] = value;
  return mix(mix(hash, words[0]!), words[1]!);
}
