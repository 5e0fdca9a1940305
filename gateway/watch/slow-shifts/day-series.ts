/**
 * Means of days of a machine, for several series beside each other: the mean of ordinary days and how far days are from it. A day
 * farther than that teaches nothing, so that what lasts does not become usual before somebody was told.
 */
const hourMs = 3_600_000;
/** Few days say little of their spread: with so many, a margin is twice as wide. */
const uncertainDays = 6;
/** A series that has shifted is back once its mean of this running time was at most half as far for as long again. */
export const backAfterMs = 6 * hourMs;
const backShare = 0.5;
/** A day is beyond by so many deviations of ordinary days. */
const deviations = 5;

/** By series: sum and values of the day, days known, their mean, variance and unrest; the mean of some hours; days beyond; since when; for how long back; and how far it was. */
const field = { sum: 0, unrest: 1, values: 2, days: 3, mean: 4, variance: 5, spread: 6, recent: 7 } as const;
const more = { beyondDays: 8, fromMs: 9, backMs: 10, far: 11 } as const;
const width = 12;
const leastMargin = 1e-30;

export interface SeriesRules {
  /** Days that must be known before it is judged. */
  daysMin: number;
  /** Days over which it is remembered; and days after which it is not followed any more. */
  memoryDays: number;
  learnDays: number;
  /** Values that make a day. */
  valuesMin: number;
  /** Days beyond, one after the other, until it is told. */
  beyondDays: number;
  /** Least margin, as a share of the mean or of another size of the series. */
  share: number;
  /** Least margin, in mean distances of single values from the mean of their day. */
  unrest: number;
}

export class DaySeries {
  readonly cells: Float32Array;
  readonly count: number;

  constructor(count: number) {
    this.count = count;
    this.cells = new Float32Array(count * width);
  }

  /** @param passedMs running time since the value before */
  take(series: number, value: number, passedMs: number): void {
    const { cells } = this;
    const at = series * width;
    const mean = cells[at + field.values] === 0 ? value : cells[at + field.sum]! / cells[at + field.values]!;
    cells[at + field.sum]! += value;
    cells[at + field.unrest]! += Math.abs(value - mean);
    cells[at + field.values]!++;
    const isFirst = cells[at + field.days] === 0 && cells[at + field.values] === 1;
    const share = isFirst ? 1 : Math.min(1, passedMs / backAfterMs);
    cells[at + field.recent]! += share * (value - cells[at + field.recent]!);
  }

  /** The mean of the day so far; NaN if that is too few values. */
  today(series: number, { valuesMin }: SeriesRules): number {
    const at = series * width;
    const values = this.cells[at + field.values]!;
    return values >= valuesMin ? this.cells[at + field.sum]! / values : Number.NaN;
  }

  /** By how much the day is beyond what is usual, in margins, signed; 0 if that is not known. @param size of what the share is of */
  far(series: number, rules: SeriesRules, size?: number): number {
    const at = series * width;
    const { cells } = this;
    if (cells[at + field.days]! < rules.daysMin) return 0;
    const far = this.today(series, rules) - cells[at + field.mean]!;
    return far / this.margin(series, rules, size) || 0;
  }

  margin(series: number, rules: SeriesRules, size?: number): number {
    const at = series * width;
    const { cells } = this;
    const days = Math.max(1, cells[at + field.days]!);
    const bySpread = deviations * Math.sqrt(cells[at + field.variance]!) * (1 + uncertainDays / days);
    const byShare = rules.share * (size ?? Math.abs(cells[at + field.mean]!));
    return Math.max(bySpread, byShare, rules.unrest * cells[at + field.spread]!, leastMargin);
  }

  /** The day is over. @param beyond −1, 1: it is beyond, and teaches nothing; 0: it is ordinary. Returns true if it has been so for long enough. */
  close(series: number, rules: SeriesRules, beyond: number, dayFromMs: number): boolean {
    const { cells } = this;
    const at = series * width;
    const day = this.today(series, rules);
    const unrest = cells[at + field.unrest]! / cells[at + field.values]!;
    cells.fill(0, at, at + field.days);
    if (Number.isNaN(day) || this.isShifted(series)) return false;
    if (beyond === 0) {
      cells[at + more.beyondDays] = 0;
      const days = ++cells[at + field.days]!;
      if (days > rules.learnDays) return false;
      const weight = Math.max(1 / days, 1 / rules.memoryDays);
      const far = day - cells[at + field.mean]!;
      cells[at + field.mean]! += weight * far;
      cells[at + field.variance] = (1 - weight) * (cells[at + field.variance]! + weight * far * far);
      cells[at + field.spread]! += weight * (unrest - cells[at + field.spread]!);
      return false;
    }
    const before = cells[at + more.beyondDays]!;
    cells[at + more.beyondDays] = Math.sign(before) === beyond ? before + beyond : beyond;
    if (Math.abs(cells[at + more.beyondDays]!) < rules.beyondDays) return false;
    cells[at + more.fromMs] = dayFromMs;
    cells[at + more.backMs] = 0;
    cells[at + more.far] = Math.abs(day - cells[at + field.mean]!);
    return true;
  }

  isShifted(series: number): boolean {
    return this.cells[series * width + more.fromMs]! > 0;
  }

  /** Follows whether a series that has shifted is back. */
  follow(series: number, passedMs: number): void {
    const at = series * width;
    const { cells } = this;
    const far = Math.abs(cells[at + field.recent]! - cells[at + field.mean]!);
    const isBack = far < backShare * cells[at + more.far]!;
    cells[at + more.backMs] = isBack ? cells[at + more.backMs]! + passedMs : 0;
    if (cells[at + more.backMs]! >= backAfterMs) this.end(series);
  }

  private end(series: number): void {
    const at = series * width;
    this.cells.fill(0, at + more.beyondDays, at + width);
  }

  /** How it is now is usual from now on: its days are learnt anew from there. */
  include(series: number): void {
    const at = series * width;
    this.end(series);
    this.cells[at + field.days] = 0;
  }

  /** Its mean of some hours, what is usual, and since when it is beyond. */
  now(series: number, rules: SeriesRules, size?: number) {
    const at = series * width;
    const mean = this.cells[at + field.mean]!;
    const margin = this.margin(series, rules, size);
    return {
      level: this.cells[at + field.recent]!,
      low: mean - margin,
      high: mean + margin,
      sinceMs: this.cells[at + more.fromMs]!,
    };
  }
}
