import type { Gap } from './modes.ts';

/** Looks by which one period ends and the other begins: one odd value ends none. */
const switchLooks = 3;
/** A period of rest, or of work, is as long as this; a heater or a thermostat that switches more often is not a machine that rests. */
const longMs = 3_600_000;
/** So many long periods of each, so long in all; more if one sensor is all that there is. */
const periodsMin = 4;
const periodsAloneMin = 6;
const sumMsMin = 8 * 3_600_000;
/** Greatest share of time in shorter periods, and with only some of the sensors low. */
const shortShare = 0.25;
const mixedShare = 0.05;

/** At rest a sensor is at most this part of what it is in work, and moves at most this part of how it moves then. */
const restLevel = 1 / 10;
const restMove = 1 / 4;
/** It is near zero if its level is so many times its movement, … */
const nearZeroMoves = 6;
/** … or if it is this part of its level in work: where another sensor is near zero, that may be a floor that does not tremble. */
const noLevel = 1e-4;
const floorLevel = 1 / 20;
/** In work it trembles at least by this part of its level: else it is a set point or a flag, which says nothing of movement. */
const tremble = 1e-4;
/** A sensor that changed in so many of its looks at rest trembles there. */
const changesShare = 0.5;
/** So many sensors near zero, and more than those that are only low, outweigh these: a probe of vibration hears the hall at rest. */
const zerosMin = 2;

/** Sums of one sensor in one mode. */
class Sums {
  looks = 0;
  level = 0;
  moves = 0;
  changes = 0;

  get meanLevel(): number {
    return this.level / this.looks;
  }

  get meanMove(): number {
    return this.moves / this.looks;
  }
}

type Mode = 'low' | 'high';

/** Expected of a sensor at rest: that it does not move; that it may stay as it is (temperatures); nothing (states, counters). */
export type RestKind = 'moves' | 'stays' | null;

/** One sensor while the machine seems to rest, and while it seems to work. */
class Shown {
  readonly low = new Sums();
  readonly high = new Sums();
  private last = Number.NaN;
  private lastMode: Mode | null = null;

  take(mode: Mode, value: number): void {
    if (this.lastMode === mode && !Number.isNaN(this.last)) {
      const sums = this[mode];
      const move = Math.abs(value - this.last);
      sums.looks++;
      sums.level += Math.abs(value);
      sums.moves += move;
      if (move > 0) sums.changes++;
    }
    this.lastMode = mode;
    this.last = value;
  }

  /** It says itself that nothing moves: it is low and quiet. 'zero' if it cannot be anything else, 'floor' if it may be slow work. */
  rest(): 'zero' | 'floor' | null {
    const { low, high } = this;
    if (low.looks === 0 || high.looks === 0 || !(high.meanMove > tremble * high.meanLevel)) return null;
    if (low.meanLevel > restLevel * high.meanLevel || low.meanMove > restMove * high.meanMove) return null;
    if (low.meanLevel <= Math.max(nearZeroMoves * low.meanMove, noLevel * high.meanLevel)) return 'zero';
    return low.meanLevel <= floorLevel * high.meanLevel ? 'floor' : null;
  }

  /** Null if it never changed: it says nothing. Else whether it has nothing against a rest. */
  agrees(mayStay: boolean): boolean | null {
    const { low, high } = this;
    if (low.looks === 0 && high.looks === 0) return null;
    if (low.changes + high.changes === 0 && low.meanLevel === high.meanLevel) return null;
    const isHigher = low.meanLevel > high.meanLevel + 2 * high.meanMove + high.meanLevel / 4;
    if (mayStay) return !isHigher;
    return (
      low.meanLevel <= restMove * high.meanLevel || (!isHigher && low.meanMove <= restMove * high.meanMove)
    );
  }

  get trembles(): boolean {
    return this.low.changes >= changesShare * this.low.looks;
  }
}

/**
 * Gathers evidence that a machine rests while the sensors with two modes are all in their lower one: how often and how long each
 * was so, and what all of its sensors show then.
 */
export class RestEvidence {
  /** By column; only those that have two modes. */
  readonly gaps: ReadonlyMap<number, Gap>;
  private readonly shown: Shown[];
  private readonly sumMs = { low: 0, high: 0 };
  private readonly longPeriods = { low: 0, high: 0 };
  private readonly shortMs = { low: 0, high: 0 };
  private mixedMs = 0;
  private period: Mode | null = null;
  private periodMs = 0;
  private otherLooks = 0;

  constructor(gaps: ReadonlyMap<number, Gap>, columns: number) {
    this.gaps = gaps;
    this.shown = Array.from({ length: columns }, () => new Shown());
  }

  /** @param values by column, NaN where not known @param passedMs since the look before; 0 if that is too long ago */
  take(values: Float32Array, passedMs: number): void {
    let [low, high] = [0, 0];
    for (const [column, { lowTo, highFrom }] of this.gaps) {
      const size = Math.abs(values[column]!);
      if (size <= Math.sqrt(lowTo * highFrom)) low++;
      else if (!Number.isNaN(size)) high++;
      else return;
    }
    if (low > 0 && high > 0) {
      this.mixedMs += passedMs;
      return;
    }
    const mode: Mode = low > 0 ? 'low' : 'high';
    this.sumMs[mode] += passedMs;
    this.count(mode, passedMs);
    for (const [column, shown] of this.shown.entries())
      if (!Number.isNaN(values[column]!)) shown.take(mode, values[column]!);
  }

  /**
   * The columns that decide, with whether they tremble at rest; null if that is not clear. @param kinds by column
   */
  decide(kinds: readonly RestKind[]): Map<number, boolean> | null {
    const isAlone = this.gaps.size === 1;
    if (!this.isLongEnough(isAlone ? periodsAloneMin : periodsMin)) return null;
    const deciding = new Map<number, boolean>();
    let [zeros, lows] = [0, 0];
    for (const [column, shown] of this.shown.entries()) {
      const kind = kinds[column] ?? null;
      if (this.gaps.has(column)) {
        const rest = kind === 'moves' ? shown.rest() : null;
        if (rest === 'zero') zeros++;
        if (rest !== null) deciding.set(column, shown.trembles);
        else if (kind === 'moves' && shown.agrees(false)) lows++;
        else return null;
      } else if (kind !== null) {
        const agrees = shown.agrees(kind === 'stays');
        if (agrees === false || (agrees === true && isAlone)) return null;
      }
    }
    return zeros > 0 && (lows === 0 || zeros >= Math.max(zerosMin, lows + 1)) ? deciding : null;
  }

  private isLongEnough(periods: number): boolean {
    const { sumMs, shortMs, longPeriods, mixedMs, period, periodMs } = this;
    const isIn = (mode: Mode) => Number(period === mode && periodMs >= longMs);
    const isMostlyLong = (mode: Mode) =>
      sumMs[mode] >= sumMsMin &&
      longPeriods[mode] + isIn(mode) >= periods &&
      shortMs[mode] <= shortShare * sumMs[mode];
    return isMostlyLong('low') && isMostlyLong('high') && mixedMs <= mixedShare * (sumMs.low + sumMs.high);
  }

  private count(mode: Mode, passedMs: number): void {
    this.periodMs += passedMs;
    if (mode === this.period) this.otherLooks = 0;
    else if (this.period === null || ++this.otherLooks >= switchLooks) {
      if (this.period !== null && this.periodMs >= longMs) this.longPeriods[this.period]++;
      else if (this.period !== null) this.shortMs[this.period] += this.periodMs;
      this.period = mode;
      this.periodMs = 0;
      this.otherLooks = 0;
    }
  }
}
