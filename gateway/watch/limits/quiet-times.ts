import type { LimitPlan } from './limit-plan.ts';

/** The state of each limited sensor, as `MachineLimits` has it. */
interface SensorStates {
  calm: Uint8Array;
  allBackMs: Float64Array;
  firstBackMs: Float64Array;
}

/**
 * The times at which nothing changes by a reading in which all values of one machine are back from all of their limits, as in nearly all readings:
 * such a reading costs two comparisons for each sensor, and none of what is known of the limits is looked at.
 */
export class QuietTimes {
  /** NaN while nothing is known. */
  private fromMs = Number.NaN;
  private toMs = Number.NaN;
  /** Some limits are not away, so that values of their sensors may be asked for. */
  private hasOpen = true;

  /** Something is not as it was: the next reading is to be judged in full. */
  end(): void {
    this.fromMs = Number.NaN;
  }

  /** A reading has changed nothing: so it is with others from then on, until a limit switches. */
  begin({ policy }: LimitPlan, { calm, allBackMs, firstBackMs }: SensorStates): void {
    this.fromMs = Number.NEGATIVE_INFINITY;
    this.toMs = Number.POSITIVE_INFINITY;
    this.hasOpen = calm.includes(0);
    for (let i = 0; i < calm.length; i++) {
      if (calm[i] === 1) continue;
      this.fromMs = Math.max(this.fromMs, allBackMs[i]!);
      this.toMs = Math.min(this.toMs, firstBackMs[i]! + policy.resolveAfterMs);
    }
  }

  /** True if nothing changes by a reading. @param latest values by limited sensor, which are kept while somebody may ask for them */
  has(
    { column, backBelow, backAbove }: LimitPlan,
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
    latest: Float32Array,
  ): boolean {
    // Written so that NaN says that nothing is known.
    if (!(timeMs >= this.fromMs && timeMs < this.toMs)) return false;
    const { length } = column;
    if (from + column[length - 1]! >= to) return false;
    for (let i = 0; i < length; i++) {
      const value = values[from + column[i]!]!;
      if (!(value < backBelow[i]! && value > backAbove[i]!)) return false;
    }
    if (this.hasOpen) for (let i = 0; i < length; i++) latest[i] = values[from + column[i]!]!;
    return true;
  }
}
