/** Gaps in one block; a single long one of them does not count. */
const blockGaps = 16;
/** Blocks that are remembered, the one that is being filled apart. */
const blocksMax = 4;
/** Gaps that must have been seen before the silence of a machine is told. */
const gapsMin = 4;

/**
 * The rhythm of one machine: the longest gap between two hearings that is usual for it. Gaps are taken in blocks, and of
 * each block the second longest counts: so one outage stretches nothing, what happens twice is usual, and what was usual
 * is forgotten some dozens of hearings later. A burst of short gaps fills one block and leaves the others.
 */
export class Rhythm {
  /** The second longest gap of each of the last blocks, the newest last, in whole ms. */
  private peaks: number[] = [];
  private longest = 0;
  private second = 0;
  private inBlock = 0;

  static of(peaks: readonly number[]): Rhythm {
    const rhythm = new Rhythm();
    rhythm.peaks = peaks.slice(-blocksMax);
    return rhythm;
  }

  get isKnown(): boolean {
    return this.peaks.length > 0 || this.inBlock >= gapsMin;
  }

  /** The longest usual gap, ms; 0 if nothing is known. */
  get usualMs(): number {
    if (!this.isKnown) return 0;
    return Math.max(this.second, ...this.peaks);
  }

  take(gapMs: number): void {
    const gap = Math.round(gapMs);
    if (gap > this.longest) {
      this.second = this.longest;
      this.longest = gap;
    } else if (gap > this.second) this.second = gap;
    if (++this.inBlock < blockGaps) return;
    if (this.peaks.length === blocksMax) this.peaks.shift();
    this.peaks.push(this.second);
    this.longest = this.second = this.inBlock = 0;
  }

  /** The numbers from which the rhythm is known again; empty if it is not known. */
  saved(): number[] {
    if (!this.isKnown) return [];
    return this.inBlock >= gapsMin ? [...this.peaks, this.second].slice(-blocksMax) : [...this.peaks];
  }
}
