/**
 * The modes of one machine, in a single pass and fixed memory. While none are known, each sensor has a histogram; the sensor whose
 * values are at the clearest few levels then says in which mode the machine is, until its levels turn out to be none.
 */
import { HarbingerError } from '../../runtime/errors.ts';
import type { ColumnsBefore } from '../columns/columns.ts';
import { afterPause, follow } from './follow.ts';
import { count } from './histogram.ts';
import {
  countAt,
  countsOf,
  floatsOf,
  type ModeNumbers,
  modeAt,
  newMode,
  newModeNumbers,
  noMode,
  scalar,
} from './layout.ts';
import { findLevels } from './levels.ts';
import { modeParameters } from './parameters.ts';
import { isProven, isRefuted } from './proof.ts';

const { sensorsMax, everyRows, rowsMin, searchMs, pauseMs, pauseSteps, levelRows } = modeParameters;
/** Must be raised when the same bytes get another meaning. */
const version = 2;
const headBytes = 16;
const paceWeight = 0.05;

export interface LearntMode {
  /** From 1, by level as first learnt; later ones come after them. Null: this one was never seen before. */
  number: number | null;
  of: number;
  /** The sensor whose levels are the modes, and the level that it is at now. */
  sensor: number;
  level: number;
  /** ms since 1970. */
  sinceMs: number;
}

export class MachineModes {
  private readonly numbers: ModeNumbers;

  /** @param sensors of which the first 32 are looked at */
  constructor(sensors: number) {
    this.numbers = newModeNumbers(Math.min(sensors, sensorsMax));
  }

  get sensors(): number {
    return this.numbers.sensors;
  }

  /** True if there is something that can be forgotten. */
  get isKnown(): boolean {
    return this.numbers.doubles[scalar.sensor]! >= 0;
  }

  /** Null while no modes are known, or nobody knows in which one it is. */
  now(): LearntMode | null {
    const { doubles } = this.numbers;
    const mode = doubles[scalar.mode]!;
    if (!this.isKnown || mode === noMode || this.isSilent() || !isProven(this.numbers)) return null;
    const isNew = mode === newMode;
    return {
      number: isNew ? null : mode + 1,
      of: doubles[scalar.modes]!,
      sensor: doubles[scalar.sensor]!,
      level: isNew ? doubles[scalar.newMean]! : doubles[modeAt.level + mode]!,
      sinceMs: doubles[scalar.sinceMs]!,
    };
  }

  /** Adds the row `values[from] …`, NaN where a value is absent. @param timeMs since 1970 */
  push(values: ArrayLike<number>, from: number, timeMs: number): void {
    const { numbers } = this;
    const { doubles, sensors } = numbers;
    if (Number.isNaN(doubles[scalar.firstMs]!)) doubles[scalar.firstMs] = timeMs;
    const sinceMs = timeMs - doubles[scalar.newestMs]!;
    doubles[scalar.newestMs] = timeMs;
    doubles[scalar.rows]!++;
    if (sinceMs >= 0)
      doubles[scalar.paceMs]! += paceWeight * (Math.min(sinceMs, 86_400_000) - doubles[scalar.paceMs]!);
    const leading = doubles[scalar.sensor]!;
    if (leading < 0) {
      for (let i = 0; i < sensors; i++) {
        const value = values[from + i]!;
        if (Number.isFinite(value)) count(numbers, i, value);
      }
      this.search(timeMs);
      return;
    }
    const value = values[from + leading]!;
    if (!Number.isFinite(value)) return;
    const isPause = this.isSilent();
    if (isPause) afterPause(numbers);
    const passedMs = timeMs - doubles[scalar.valueMs]!;
    doubles[scalar.valueMs] = timeMs;
    follow(numbers, value, timeMs, isPause || Number.isNaN(passedMs) ? 0 : passedMs);
    if (isRefuted(numbers)) this.reject(leading);
  }

  /** True if the sensor that says the mode has sent nothing for long, so that nobody knows it; or a clock went back. */
  private isSilent(): boolean {
    const { doubles } = this.numbers;
    const sinceMs = doubles[scalar.newestMs]! - doubles[scalar.valueMs]!;
    return sinceMs < 0 || sinceMs > Math.max(pauseMs, pauseSteps * doubles[scalar.paceMs]!);
  }

  /** Returns those of other columns, with what is known of the columns before. */
  withColumns(columns: ColumnsBefore): MachineModes {
    const made = new MachineModes(columns.length);
    const { doubles, floats, counts } = this.numbers;
    columns.slice(0, made.sensors).forEach((from, to) => {
      if (from < 0 || from >= this.sensors) return;
      made.numbers.floats.set(floats.subarray(floatsOf * from, floatsOf * (from + 1)), floatsOf * to);
      made.numbers.counts.set(counts.subarray(countsOf * from, countsOf * (from + 1)), countsOf * to);
    });
    const leading = doubles[scalar.sensor]!;
    const leads = columns.indexOf(leading);
    // Modes of a sensor that is learnt anew are none any more.
    if (leading >= 0 && leads < 0) return made;
    made.numbers.doubles.set(doubles);
    if (leading >= 0) made.numbers.doubles[scalar.sensor] = leads;
    return made;
  }

  /** Forgets all modes, which are learnt anew. */
  forget(): void {
    const { doubles, floats, counts, sensors } = this.numbers;
    const fresh = newModeNumbers(sensors);
    doubles.set(fresh.doubles);
    floats.set(fresh.floats);
    counts.set(fresh.counts);
  }

  /** Serialises what was learnt. What is restored from it continues exactly as this would. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { doubles } = this.numbers;
    const own = new Uint8Array(doubles.buffer);
    const bytes = new Uint8Array(headBytes + own.length);
    bytes.set(new Uint8Array(Float64Array.of(version, this.sensors).buffer));
    bytes.set(own, headBytes);
    return bytes;
  }

  /** @throws HarbingerError DETECTOR_STATE if the bytes are not of this version */
  static fromBytes(bytes: Uint8Array): MachineModes {
    const [known, sensors] =
      bytes.length < headBytes ? [] : new Float64Array(bytes.slice(0, headBytes).buffer);
    const isCount = Number.isInteger(sensors) && sensors! >= 0 && sensors! <= sensorsMax;
    const made = new MachineModes(isCount ? sensors! : 0);
    const own = new Uint8Array(made.numbers.doubles.buffer);
    if (known !== version || !isCount || bytes.length !== headBytes + own.length)
      throw new HarbingerError(
        'DETECTOR_STATE',
        'intelligence',
        'the saved modes do not fit this version: let the machine learn them anew',
      );
    own.set(bytes.subarray(headBytes));
    return made;
  }

  private search(timeMs: number): void {
    const { doubles } = this.numbers;
    const rows = doubles[scalar.rows]!;
    const isDue = rows >= rowsMin && rows % everyRows === 0;
    if (!isDue || timeMs - doubles[scalar.firstMs]! < searchMs) return;
    const found = findLevels(this.numbers);
    if (!found) return;
    doubles[scalar.sensor] = found.sensor;
    doubles[scalar.modes] = found.all.length;
    doubles[scalar.gap] = found.gap;
    found.all.forEach(({ level, reach, half, rows: held }, mode) => {
      doubles[modeAt.level + mode] = level;
      doubles[modeAt.reach + mode] = reach;
      // Where its values are exactly is learnt from those that follow.
      doubles[modeAt.rows + mode] = Math.min(held, levelRows);
      doubles[modeAt.variance + mode] = (half / 2) ** 2;
    });
  }

  /** Its levels were none: others are looked for, among the other sensors. */
  private reject(sensor: number): void {
    const { counts } = this.numbers;
    const rejected = Array.from(
      { length: this.sensors },
      (_, i) => i === sensor || counts[countsOf * i + countAt.isRejected] === 1,
    );
    this.forget();
    rejected.forEach((isRejected, i) => {
      counts[countsOf * i + countAt.isRejected] = Number(isRejected);
    });
  }
}
