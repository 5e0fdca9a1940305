/** Sensors that a machine got when it was known already: each learns its range in a week of its own. */
import type { ColumnsBefore } from '../../../shared/detector/columns/columns.ts';
import type { TakeOptions } from './range-types.ts';

/** A sensor that is new may see its first weekend, or its first start, as late as this. */
export const lateMs = 7 * 86_400_000;

export class LateSensors {
  /** By sensor: when its first value came; infinite: none has yet; NaN: it is not late, or not any more. */
  private readonly firstMs: Float64Array;
  private timeMs = Number.NaN;
  private readonly learning: TakeOptions = { marginShare: 0, mode: 'free', passedMs: 0 };

  constructor(firstMs: readonly number[]) {
    this.firstMs = Float64Array.from(firstMs);
  }

  /** Columns without one before are late. @param known those that are late already */
  static of(columns: ColumnsBefore, known: LateSensors | null): LateSensors {
    return new LateSensors(
      columns.map((from) => (from < 0 ? Number.POSITIVE_INFINITY : (known?.firstMs[from] ?? Number.NaN))),
    );
  }

  /** @param saved null where a sensor is not late, or has sent nothing: the latter are late from now on */
  static restored(saved: readonly (number | null)[]): LateSensors | null {
    const known = saved.map((each) => (each === -1 ? Number.POSITIVE_INFINITY : (each ?? Number.NaN)));
    return known.every(Number.isNaN) ? null : new LateSensors(known);
  }

  at(timeMs: number): void {
    this.timeMs = timeMs;
  }

  /** How a sensor that has a value in this row is judged. @param machine how the others are */
  optionsOf(sensor: number, machine: TakeOptions): TakeOptions {
    const { firstMs, timeMs, learning } = this;
    const first = firstMs[sensor]!;
    if (Number.isNaN(first)) return machine;
    if (first === Number.POSITIVE_INFINITY) firstMs[sensor] = timeMs;
    else if (timeMs - first >= lateMs) {
      firstMs[sensor] = Number.NaN;
      return machine;
    }
    learning.passedMs = machine.passedMs;
    return learning;
  }

  /** Null if none is late. −1: it has sent nothing yet. */
  save(): (number | null)[] | null {
    const saved = Array.from(this.firstMs, (each) =>
      Number.isNaN(each) ? null : each === Number.POSITIVE_INFINITY ? -1 : each,
    );
    return saved.every((each) => each === null) ? null : saved;
  }
}
