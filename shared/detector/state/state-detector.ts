/**
 * The state (shared/detector/state): how far a machine is from its own normal now, given what it is doing, its other sensors and
 * its last rows. One row in, one verdict out, in a single pass, without labels and without looking ahead.
 * shared/docs/detector-state.md derives it.
 */
import { followChange, followEpisode } from './episode.ts';
import { judgeRow, learnLimits } from './limits.ts';
import { chooseMode } from './modes.ts';
import { stateParameters } from './parameters.ts';
import { followPast, predict, refresh } from './prediction.ts';
import { contributionsOf, type Expected, expectedOf } from './reasons.ts';
import { readRow, type StateRow, stateRow } from './row.ts';
import { bytesOf, fillFrom, headOf } from './state-bytes.ts';
import { modeAt, newStateNumbers, normals, ratioAt, type StateNumbers, scalar } from './state-layout.ts';
import { followRow, measureRow } from './statistics.ts';
import { teach } from './teaching.ts';

/** Verdicts on a machine. `changed`: normal by what has lasted, which nobody has confirmed. */
export type MachineState = 'learning' | 'normal' | 'unusual' | 'changed';

const { refreshRows, modes } = stateParameters;
/** Nothing is judged by fewer rows. */
const judgedFrom = 60;
const firstRefreshAt = 32;

export interface StateOptions {
  /** Rows from which normal is learnt at the full rate; later ones change it slowly. */
  learnRows?: number;
}

export class StateDetector {
  readonly sensors: number;
  readonly learnRows: number;
  private readonly numbers: StateNumbers;

  constructor(sensors: number, { learnRows = stateParameters.learnRows }: StateOptions = {}) {
    this.sensors = sensors;
    this.learnRows = learnRows;
    this.numbers = newStateNumbers(sensors);
  }

  get rows(): number {
    return this.numbers.doubles[scalar.rows]!;
  }

  /** Distance from what is normal now over its limit, 0 or more. */
  get ratio(): number {
    return this.ratioTo(normals.now);
  }

  /** The same from the confirmed normal alone: not less because something has lasted. */
  get confirmedRatio(): number {
    return this.ratioTo(this.isChanged ? normals.confirmed : normals.now);
  }

  /** 0 … 1; 0.5 is the limit of normal. */
  get anomaly(): number {
    return this.ratio / (1 + this.ratio);
  }

  get state(): MachineState {
    if (this.rows <= this.learnRows) return 'learning';
    if (this.ratio >= 1) return 'unusual';
    return this.isChanged ? 'changed' : 'normal';
  }

  /** Number of the mode of the newest row, from 1; null while it is like none. */
  get mode(): number | null {
    const { doubles } = this.numbers;
    return doubles[scalar.strangeRows]! > 0 ? null : doubles[scalar.mode]! + 1;
  }

  /** Rows since it changed; null if it has not. */
  get changedRows(): number | null {
    return this.isChanged ? this.rows - this.numbers.doubles[scalar.changedFrom]! : null;
  }

  /** Each sensor's share in the newest verdict: weights ≥ 0, written to `into`. */
  contributions(into: Float64Array): Float64Array {
    return contributionsOf(this.numbers, into);
  }

  /** Where a sensor is expected now, in its own unit. */
  expected(sensor: number): Expected {
    return expectedOf(this.numbers, sensor);
  }

  /** Serialises what was learnt. A detector restored from it continues exactly as this one would. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return bytesOf(this.learnRows, this.numbers);
  }

  /** Restores a detector. @throws HarbingerError DETECTOR_STATE if the bytes are not of this version */
  static fromBytes(bytes: Uint8Array): StateDetector {
    const { sensors, learnRows } = headOf(bytes);
    const made = new StateDetector(sensors, { learnRows });
    fillFrom(bytes, made.numbers);
    return made;
  }

  /** Adds the row `values[from] … values[from + sensors - 1]`, NaN where a value is absent. */
  push(values: ArrayLike<number>, from = 0): void {
    if (this.sensors === 0) return;
    const { numbers } = this;
    const { doubles } = numbers;
    const row = stateRow(this.sensors);
    readRow(numbers, values, from, row);
    const { rows } = this;
    const isLearning = rows <= this.learnRows;
    const isStrange = chooseMode(numbers, row, isLearning);
    if (this.isChanged) {
      this.judge(row, normals.confirmed);
      followChange(numbers, isStrange);
    }
    const canLearn = this.judge(row, normals.now);
    followPast(numbers, row);
    const isNew = isStrange || doubles[modeAt.rows + doubles[scalar.mode]!]! < modes.youngRows;
    const isYoung = rows > judgedFrom && isNew;
    if (canLearn) learnLimits(numbers, row, isLearning, isYoung);
    followEpisode(numbers, row, isStrange, isLearning);
    if (!isStrange) teach(numbers, row, isLearning, isYoung);
    if (rows === firstRefreshAt || (rows % refreshRows === 0 && rows > this.sensors / 2))
      refresh(numbers, row);
  }

  private get isChanged(): boolean {
    return this.numbers.doubles[scalar.changedFrom]! > 0;
  }

  private ratioTo(normal: number): number {
    const { doubles } = this.numbers;
    if (this.rows <= judgedFrom) return 0;
    const ratio = doubles[ratioAt + normal]!;
    return doubles[scalar.strangeRows]! >= modes.strangeRows ? Math.max(1, ratio) : ratio;
  }

  /** Judges the row by one normal. Returns false while nothing can be judged. */
  private judge(row: StateRow, normal: number): boolean {
    predict(this.numbers, row, normal);
    if (!followRow(this.numbers, row, normal)) return false;
    measureRow(this.numbers, row, normal);
    judgeRow(this.numbers, row, normal);
    return true;
  }
}
