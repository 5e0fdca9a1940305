/** Bytes of an identity on disk. */
export const bytesPerIdentity = 12;

/**
 * The identities of a batch's readings, by which resends are recognised: three words each (key high, key low,
 * fingerprint).
 */
export class Identities {
  private words = new Uint32Array(3 * 1_024);
  private used = 0;

  /** In words. */
  get length(): number {
    return this.used;
  }

  add(high: number, low: number, fingerprint: number): void {
    if (this.used + 3 > this.words.length) {
      const larger = new Uint32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[this.used] = high;
    this.words[this.used + 1] = low;
    this.words[this.used + 2] = fingerprint;
    this.used += 3;
  }

  /** Removes the words from `from` on, and returns a copy of them. */
  takeFrom(from: number): Uint32Array {
    const taken = this.words.slice(from, this.used);
    this.used = from;
    return taken;
  }
}
