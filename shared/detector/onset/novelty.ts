/**
 * Novelty of one series: how far the pattern of its latest values is from the nearest of those that it has shown before, as a
 * logarithm in deviations of its own past. Patterns are at most 128; near ones are merged (as in incremental clustering), and where
 * all places are taken, the nearest pair that a few looks find. After the discord idea of Keogh et al. 2005, in one pass.
 */
export interface NoveltyOptions {
  /** Rows that are averaged into one value of a pattern, and values in a pattern. */
  rows: number;
  length: number;
}

export const patternsMax = 128;
/** Patterns nearer than this times the usual distance are one. */
const mergeFactor = 2;
const mergeWeightMax = 20;
const memoryMax = 2_000;
const looks = 3;

export class Novelty {
  private readonly patterns: Float32Array;
  private readonly counts = new Float32Array(patternsMax);
  private readonly now: Float64Array;
  private readonly rows: number;
  private readonly length: number;
  private used = 0;
  private filled = 0;
  private sum = 0;
  private summed = 0;
  private taken = 0;
  private judged = 0;
  private mean = 0;
  private variance = 0;

  constructor({ rows, length }: NoveltyOptions) {
    this.rows = rows;
    this.length = length;
    this.patterns = new Float32Array(patternsMax * length);
    this.now = new Float64Array(length);
  }

  /** Takes a value. @param deviation of the series Returns the novelty in its own deviations, or NaN between patterns */
  push(value: number, deviation: number): number {
    const { now, length, patterns, counts } = this;
    this.taken++;
    this.sum += value;
    if (++this.summed < this.rows) return Number.NaN;
    now.copyWithin(0, 1);
    now[length - 1] = this.sum / this.summed;
    this.sum = 0;
    this.summed = 0;
    if (++this.filled < length) return Number.NaN;
    let best = Number.POSITIVE_INFINITY;
    let nearest = -1;
    for (let j = 0, at = 0; j < this.used; j++) {
      let square = 0;
      for (let i = 0; i < length; i++, at++) square += (patterns[at]! - now[i]!) ** 2;
      if (square < best) {
        best = square;
        nearest = j;
      }
    }
    let result = Number.NaN;
    const distance = Math.sqrt(best);
    if (this.used > 0) {
      const size = Math.log(distance / deviation + 1e-3);
      const spread = Math.sqrt(this.variance + 1e-3);
      if (this.judged > 20) result = (size - this.mean) / spread;
      this.judged++;
      const rate = 1 / Math.min(this.judged, memoryMax);
      let far = size - this.mean;
      if (this.judged > 21) far = Math.max(-4 * spread, Math.min(4 * spread, far));
      this.mean += rate * far;
      this.variance += rate * (far * far - this.variance);
    }
    if (this.used >= patternsMax / 2 && distance < mergeFactor * Math.exp(this.mean) * deviation) {
      counts[nearest]!++;
      this.move(nearest, 1 / Math.min(counts[nearest]!, mergeWeightMax));
    } else {
      const place = this.used < patternsMax ? this.used++ : this.freePlace();
      patterns.set(now, place * length);
      counts[place] = 1;
    }
    return result;
  }

  private move(place: number, weight: number): void {
    for (let i = 0, at = place * this.length; i < this.length; i++, at++)
      this.patterns[at]! += weight * (this.now[i]! - this.patterns[at]!);
  }

  /** Merges the nearest pair that a few looks find. Returns the place that is free then. */
  private freePlace(): number {
    const { patterns, counts, length } = this;
    let [first, second] = [0, 1];
    let best = Number.POSITIVE_INFINITY;
    for (let look = 0; look < looks; look++) {
      const one = (Math.floor(this.taken / this.rows) * 7 + look * 31) % patternsMax;
      for (let other = 0; other < patternsMax; other++) {
        if (other === one) continue;
        let square = 0;
        for (let i = 0; i < length; i++)
          square += (patterns[one * length + i]! - patterns[other * length + i]!) ** 2;
        if (square < best) {
          best = square;
          first = one;
          second = other;
        }
      }
    }
    const weight = counts[second]! / (counts[first]! + counts[second]!);
    for (let i = 0; i < length; i++) {
      const at = first * length + i;
      patterns[at]! += weight * (patterns[second * length + i]! - patterns[at]!);
    }
    counts[first]! += counts[second]!;
    return second;
  }
}
