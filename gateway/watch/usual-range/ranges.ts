import type { ColumnsBefore } from '../../../shared/detector/columns/columns.ts';
import type { LateSensors } from './late-sensors.ts';
import {
  beyondField,
  fields,
  high,
  isCounter,
  isFrozenAt,
  isSteadyAt,
  last,
  level,
  low,
  marginOf,
  measures,
  rows,
  savedFieldsMin,
  second,
  third,
  wasBeyond,
  width,
  youth,
} from './range-fields.ts';
import type { CounterRates, SavedRanges, TakeOptions } from './range-types.ts';
import { areHiddenByRest, areLow } from './rest-signs.ts';
import { medianOf, type Shown } from './values.ts';

const dayMs = 86_400_000;
/** A level is the mean of about so many readings. */
const levelRows = 8;
const medianRows = 3;
/** A rate has a range once it was measured so often: the same one for hours, of a handful of counts, says nothing of others. */
const ratesMin = 32;
/** How fast ranges grow: in learning, per row, as a share of the way to the level; later per day, as a share of what the range was in youth. */
const growthPerRow = 0.5;
const growthPerDay = { young: 1, grown: 0.1 };
/** Farther than so many margins is not told apart. */
const beyondMax = 6;
/** A level is clearly outside its range by so many margins, which is less than being beyond. */
const outsideFrom = 0.25;
/** A value of at most this share of all before is that of a machine that has stopped, and so many times all before, that has started. */
const stoppedShare = 0.05;
/** A value below this share of a range is said to be 0. */
const zeroShare = 1e-6;

const digits = 8;

/** The ranges of the sensors of one machine, in one array. */
export class Ranges {
  /**
   * Sensors that were judged in the newest row, and those of them that are clearly outside their ranges: without those that stand
   * still where they never were, because a probe does so and a machine does not.
   */
  judged = 0;
  outside = 0;
  /** True if one of them is beyond its margin, and came there as a process does. */
  hasSteady = false;
  /** True if in the newest row of its youth a sensor is so far above all before that the machine starts for the first time. */
  hasStarted = false;
  private readonly cells: Float64Array;
  private readonly count: number;
  private readonly rowsMin: number;

  constructor(sensors: number, rowsMin: number) {
    this.count = sensors;
    this.rowsMin = rowsMin;
    this.cells = new Float64Array(sensors * width);
    for (let i = 0; i < sensors; i++) this.begin(i * width);
  }

  get(field: number, sensor: number): number {
    return this.cells[sensor * width + field]!;
  }

  /** Returns how far the farthest level is beyond its range, in margins; below 1 if none is beyond its margin. */
  take(
    row: Float32Array,
    from: number,
    machine: TakeOptions,
    late: LateSensors | null = null,
    rates: CounterRates | null = null,
  ): number {
    const { cells, count } = this;
    this.judged = 0;
    this.outside = 0;
    this.hasSteady = false;
    this.hasStarted = false;
    let farthest = 0;
    for (let i = 0, at = 0; i < count; i++, at += width) {
      const value = row[from + i]!;
      cells[at + beyondField] = 0;
      // Without the infinite values that a 32-bit float may have.
      if (!(value - value === 0)) continue;
      const rate = rates?.of(i) ?? null;
      // A value that holds until it is measured again counts once, and not once a row.
      const isNew = rate !== 'held';
      if (isNew && isCounter(cells, at, value)) continue;
      const options = late?.optionsOf(i, machine) ?? machine;
      if (isNew) this.learnLevel(at, rate === null ? cells[at + rows]! : cells[at + measures]++);
      const isFrozen = isFrozenAt(cells, at, options.marginShare);
      const isUnknown = rate !== null && cells[at + measures]! < ratesMin;
      if (++cells[at + rows]! <= this.rowsMin || isUnknown || options.mode === 'free') {
        if (isFrozen) continue;
        this.widen(at, growthPerRow);
        cells[at + youth] = cells[at + high]! - cells[at + low]!;
      } else {
        const distance = this.judge(at, options, isFrozen);
        if (!isFrozen) {
          this.judged++;
          if (distance >= outsideFrom) this.outside++;
          if (distance >= 1 && options.mode === 'young' && isSteadyAt(cells, at)) this.hasSteady = true;
        }
        if (distance >= 1) this.noteBeyond(at);
        if (distance > farthest) farthest = distance;
      }
    }
    return farthest;
  }

  /** Returns those of other columns, with what is known of the columns before. */
  withColumns(columns: ColumnsBefore): Ranges {
    const made = new Ranges(columns.length, this.rowsMin);
    columns.forEach((from, to) => {
      if (from >= 0) made.cells.set(this.cells.subarray(from * width, (from + 1) * width), to * width);
    });
    return made;
  }

  /** Learns what a sensor showed in rows that were not taken, unless it has a range already. */
  learn(sensor: number, shown: Shown): void {
    const { cells } = this;
    const at = sensor * width;
    if (shown.rows < levelRows || cells[at + rows]! > 0) return;
    cells.fill(shown.last, at + last, at + third + 1);
    cells[at + level] = shown.last;
    cells[at + low] = shown.low;
    cells[at + high] = shown.high;
    cells[at + youth] = shown.high - shown.low;
    // They made a level, and no more: how it moves is still to be learnt.
    cells[at + rows] = levelRows;
  }

  /** The present level of each sensor is within its range from now on. */
  includeNow(): void {
    for (let i = 0; i < this.count; i++) this.include(i);
    this.calm();
  }

  /** The present level of a sensor is within its range from now on. */
  include(sensor: number): void {
    this.widen(sensor * width, 1);
    this.cells[sensor * width + beyondField] = 0;
  }

  /** The level of a sensor that is beyond its margin in the newest row, and the end of its range there; null if none is. */
  edgeOf(sensor: number): { level: number; edge: number } | null {
    const at = sensor * width;
    if (this.cells[at + beyondField]! < 1 || isFrozenAt(this.cells, at, 0)) return null;
    const now = this.cells[at + level]!;
    return {
      level: now,
      edge: now > this.cells[at + high]! ? this.cells[at + high]! : this.cells[at + low]!,
    };
  }

  /** The sensors beyond their margin, the farthest first. */
  beyond(): { column: number; level: number; low: number; high: number }[] {
    const { cells } = this;
    return Array.from({ length: this.count }, (_, column) => column)
      .filter((column) => this.get(beyondField, column) >= 1)
      .sort((a, b) => this.get(beyondField, b) - this.get(beyondField, a))
      .map((column) => {
        const at = column * width;
        const [lowest, highest] = [cells[at + low]!, cells[at + high]!];
        // A level comes ever nearer to 0 and never arrives: nobody wants to read of 1e-195.
        const said = (value: number) => (Math.abs(value) < zeroShare * (highest - lowest) ? 0 : value);
        return { column, level: said(cells[at + level]!), low: said(lowest), high: said(highest) };
      });
  }

  /** Between which levels a sensor was; null if too few say. */
  usualOf(sensor: number): { low: number; high: number } | null {
    const at = sensor * width;
    const found = { low: this.cells[at + low]!, high: this.cells[at + high]! };
    const known = this.cells[at + measures]! || this.cells[at + rows]!;
    return known >= levelRows && found.high >= found.low ? found : null;
  }

  /** Begins a new episode. */
  calm(): void {
    for (let at = wasBeyond; at < this.cells.length; at += width) this.cells[at] = 0;
  }

  /** See `areHiddenByRest`. */
  areHiddenByRest(by?: { isWithin(sensor: number): boolean }): boolean {
    return areHiddenByRest(this.cells, by);
  }

  save(): SavedRanges {
    const number = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : null);
    const sensorAt = (_: unknown, i: number) =>
      Array.from(this.cells.subarray(i * width, i * width + fields.length), number);
    return { sensors: Array.from({ length: this.count }, sensorAt) };
  }

  restore({ sensors }: SavedRanges): boolean {
    if (
      sensors.length !== this.count ||
      sensors.some(({ length }) => length !== fields.length && length !== savedFieldsMin)
    )
      return false;
    sensors.forEach((each, i) => {
      this.cells.set(
        each.map((value) => value ?? Number.NaN),
        i * width,
      );
    });
    return true;
  }

  private noteBeyond(at: number): void {
    const { cells } = this;
    const isAbove = cells[at + level]! > cells[at + high]!;
    if (isAbove || cells[at + wasBeyond] === 0) cells[at + wasBeyond] = isAbove ? 1 : -1;
  }

  private begin(at: number): void {
    this.cells.fill(0, at, at + width);
    this.cells.fill(Number.NaN, at + level, at + high + 1);
    this.cells.fill(Number.NaN, at + last, at + third + 1);
  }

  /** The level is a mean of medians of three, so that a single odd value changes nothing. */
  private learnLevel(at: number, known: number): void {
    const { cells } = this;
    const value = medianOf(cells[at + last]!, cells[at + second]!, cells[at + third]!);
    const before = cells[at + level]!;
    // There is no median before the third, so the very first value may be the odd one.
    if (Number.isNaN(before) || known < medianRows) cells.fill(value, at + level, at + high + 1);
    else cells[at + level] = before + (value - before) / levelRows;
    // The first few make no level yet.
    if (known < levelRows) cells.fill(cells[at + level]!, at + low, at + high + 1);
  }

  /** Returns how far the level is beyond the range, in margins, and lets the range grow by it if that is less than one. */
  private judge(at: number, { marginShare, mode, passedMs }: TakeOptions, isFrozen: boolean): number {
    const { cells } = this;
    const now = cells[at + level]!;
    const lowest = cells[at + low]!;
    const highest = cells[at + high]!;
    const over = Math.max(now - highest, lowest - now);
    if (mode !== 'grown') cells[at + youth] = highest - lowest;
    if (over <= 0) return 0;
    if (!isFrozen && this.isStopOrStart(at, mode)) {
      this.widen(at, growthPerRow);
      cells[at + youth] = cells[at + high]! - cells[at + low]!;
      return outsideFrom;
    }
    const distance = Math.min(beyondMax, over / marginOf(cells, at, marginShare));
    cells[at + beyondField] = distance;
    if (distance < 1 && mode !== 'free')
      this.widen(at, Math.min(1, ((passedMs / dayMs) * growthPerDay[mode] * cells[at + youth]!) / over));
    return distance;
  }

  /** True if the sensor shows that the machine stands still, as others do, or starts for the first time: that is learnt. */
  private isStopOrStart(at: number, mode: TakeOptions['mode']): boolean {
    const { cells } = this;
    const size = Math.abs(cells[at + last]!);
    const lowest = cells[at + low]!;
    // Where a sensor is below 0, as the temperature of a cold store, 0 is a value like others and says nothing of a stop.
    if (lowest < 0) return false;
    if (size <= stoppedShare * lowest) return areLow(cells, at);
    if (mode !== 'young' || cells[at + high]! > stoppedShare * size) return false;
    this.hasStarted = true;
    return true;
  }

  /** Moves the nearer end of the range this share of the way to the level. */
  private widen(at: number, share: number): void {
    const { cells } = this;
    const now = cells[at + level]!;
    if (now > cells[at + high]!) cells[at + high]! += share * (now - cells[at + high]!);
    else if (now < cells[at + low]!) cells[at + low]! += share * (now - cells[at + low]!);
  }
}
