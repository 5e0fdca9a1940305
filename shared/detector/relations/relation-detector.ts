/**
 * The relations of a machine's sensors (shared/detector/relations): which sensor shows what the other sensors do not explain, farther
 * than on any ordinary day. One row in, one verdict out, in a single pass. It needs neither modes nor a model: at each speed and for
 * each product, vibration goes with current, speed and temperature as it has learnt. shared/docs/relations.md derives it.
 */
import { type Expected, expectedBy, isLearning, levelOf } from './day-levels.ts';
import {
  change,
  followEpisode,
  isInEpisode,
  ratioOf,
  ratioOfSensor,
  shiftsBehind,
  undoShifts,
} from './episode.ts';
import { judgeRow } from './judge-row.ts';
import {
  acceptKept,
  beginKeeping,
  endKeeping,
  followKept,
  isAccepted,
  type KeptRow,
  keepNormal,
  settlesMsOf,
  wasClear,
} from './kept-normal.ts';
import { newRelationNumbers, type RelationNumbers, scalar, sides } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { confirmNormal, forgetState, type Signature, signatureOf } from './peoples-word.ts';
import { bytesOf, numbersFrom } from './relation-bytes.ts';
import { residualDeviation } from './residuals.ts';

const { sensorsMax, rowsMin, daysMin, changesMin } = relationParameters;

/** `changed`: normal by what has lasted, which nobody has confirmed. */
export type RelationState = 'learning' | 'normal' | 'unusual' | 'changed';

export class RelationDetector {
  /** The normal that follows the machine … */
  private numbers: RelationNumbers;
  /** … and what is confirmed, while the machine is not as it was; null while that is the same. */
  private kept: RelationNumbers | null = null;

  /** @param sensors of which the first 64 are judged */
  constructor(sensors: number) {
    this.numbers = newRelationNumbers(Math.min(sensors, sensorsMax));
  }

  get sensors(): number {
    return this.numbers.layout.sensors;
  }

  get rows(): number {
    return this.numbers.doubles[scalar.rows]!;
  }

  get state(): RelationState {
    if (isLearning(this.numbers)) return 'learning';
    if (isInEpisode(this.numbers)) return 'unusual';
    return this.changed ? 'changed' : 'normal';
  }

  /** True while the machine is beyond the normal that is kept, although what follows it may have got used to that. */
  get isBeyondKept(): boolean {
    return this.kept !== null && !isAccepted(this.kept) && isInEpisode(this.kept);
  }

  /** Since when it is unusual, or changed, ms since 1970; null while it is neither. */
  get sinceMs(): number | null {
    const { state } = this;
    if (state === 'unusual') return sinceOf(this.numbers, scalar.episodeFromMs, scalar.episodeRunMs);
    return state === 'changed' ? this.changedMs : null;
  }

  /** Since when it is changed, whether it is unusual beyond that or not; null if it is not. */
  get changedMs(): number | null {
    return this.changed ? sinceOf(this.changed, scalar.keptFromMs, scalar.keptRunMs) : null;
  }

  /** For how long (running) it has been as it was before it changed, and for how long it must be until the change is over; null if it has not. */
  get asBefore(): { forMs: number; needsMs: number } | null {
    const { changed } = this;
    if (!changed) return null;
    const { doubles } = changed;
    return { forMs: doubles[scalar.runMs]! - doubles[scalar.seenRunMs]!, needsMs: settlesMsOf(changed) };
  }

  /** Normal of before, which the machine may be at as well, or between it and what follows it; null if there is none. */
  private get beside(): RelationNumbers | null {
    return this.kept && isAccepted(this.kept) ? this.kept : this.changed;
  }

  /** Normal of before it changed; null if it has not. */
  private get changed(): RelationNumbers | null {
    return this.kept?.doubles[scalar.isChanged] === 1 ? this.kept : null;
  }

  /** True while what lasts is a fault that a person has confirmed. */
  get isFault(): boolean {
    return this.numbers.doubles[scalar.isFault] === 1;
  }

  /** Days of which enough is known, and days needed until it judges. */
  get learning(): { days: number; needed: number } | null {
    if (!isLearning(this.numbers)) return null;
    const { doubles } = this.numbers;
    return { days: Math.min(doubles[scalar.days]!, daysMin - 1), needed: daysMin };
  }

  /** How far the farthest sensor is, over what no ordinary day shows; 0 while nothing is judged. */
  get ratio(): number {
    return ratioOf(this.numbers, this.beside);
  }

  ratioOf(sensor: number): number {
    return sensor < this.sensors ? ratioOfSensor(this.numbers, sensor, this.beside) : 0;
  }

  /** The same by the normal of before the machine changed; 0 if it has not. */
  ratioBefore(sensor: number): number {
    return this.changed && sensor < this.sensors ? ratioOfSensor(this.changed, sensor) : 0;
  }

  /** True if a sensor is judged, and within what no ordinary day passes. */
  isWithin(sensor: number): boolean {
    const isKnown = sensor < this.sensors && Number.isFinite(levelOf(this.numbers, sensor, sides.above));
    return isKnown && this.ratioOf(sensor) < 1;
  }

  /** True for sensors that have moved, as far as that explains what all show: those that go with one look as if they had moved too. */
  moved(): (sensor: number) => boolean {
    const { numbers } = this;
    const { layout, floats } = numbers;
    const shifts = shiftsBehind(
      numbers,
      (sensor) => floats[layout.short + sensor]! * residualDeviation(numbers, sensor),
    );
    return (sensor) => (shifts[sensor] ?? 0) !== 0;
  }

  /** Where a sensor usually is while the others are where they are; null while that is not known. */
  expected(sensor: number): Expected | null {
    if (sensor >= this.sensors || this.rows < rowsMin) return null;
    const { now, value, low, high } = expectedBy(this.numbers, sensor);
    if (!this.beside) return { now, value, low, high };
    const other = expectedBy(this.beside, sensor);
    return { now, value, low: Math.min(low, other.low), high: Math.max(high, other.high) };
  }

  /** The same by the normal of before the machine changed; null if it has not. */
  expectedBefore(sensor: number): Expected | null {
    return this.changed && sensor < this.sensors ? expectedBy(this.changed, sensor) : null;
  }

  /**
   * Adds the row `values[from] … values[from + sensors - 1]`, NaN where a value is absent. @param timeMs since 1970
   * @param state that the machine says it is in; NaN if it says none
   */
  push(values: ArrayLike<number>, from: number, timeMs: number, state = Number.NaN): void {
    if (this.sensors === 0) return;
    const { numbers, kept } = this;
    const row = { values, from, timeMs, state };
    const beforeMs = numbers.doubles[scalar.runMs]!;
    const isKnown = judgeRow(numbers, row);
    if (kept) judgeRow(kept, row);
    if (!isKnown) return;
    const told = followedBy(numbers, this.beside, timeMs);
    const isFault = numbers.doubles[scalar.isFault] === 1;
    const seen = kept ? followedBy(kept, null, timeMs) : told;
    if (isFault && !followKept(numbers, { ...seen, isTold: true, beforeMs })) endKeeping(numbers);
    const isFree = !kept || isAccepted(kept);
    if (!isFault && isFree && told.begins) this.kept = keepNormal(numbers);
    else if (kept) this.followKept(kept, { ...seen, isTold: told.isInVisit, beforeMs }, told.lasts);
  }

  /** Forgets what sensors without a value in the row that comes have shown lately, for rows whose absent values do not come by chance. */
  forgetAbsent(values: ArrayLike<number>, from: number): void {
    for (let i = 0; i < this.sensors; i++) {
      if (Number.isFinite(values[from + i]!)) continue;
      for (const each of this.kept ? [this.numbers, this.kept] : [this.numbers]) {
        each.floats[each.layout.short + i] = 0;
        each.floats[each.layout.held + i] = 0;
      }
    }
  }

  /** The newest value of a sensor was measured anew, whether it is another or not: a rate that stands still is known all the same. */
  measured(sensor: number): void {
    if (sensor >= this.sensors) return;
    for (const of of this.kept ? [this.numbers, this.kept] : [this.numbers])
      if (of.floats[of.layout.changes + sensor]! < changesMin) of.floats[of.layout.changes + sensor]!++;
  }

  private followKept(kept: RelationNumbers, row: KeptRow, lasts: boolean): void {
    if (lasts) {
      change(this.numbers);
      kept.doubles[scalar.isChanged] = 1;
    }
    if (followKept(kept, row)) return;
    // An episode that has passed without being a change is an ordinary day's; after a change the machine is as it was before.
    if (kept === this.changed && wasClear(kept)) this.numbers = kept;
    else undoShifts(this.numbers);
    endKeeping(this.numbers);
    this.kept = null;
  }

  /** The signature of the newest episode, over or not; null if there was none. */
  signature(): Signature | null {
    return signatureOf(this.kept ?? this.numbers);
  }

  /** A person says that what it does now is normal. Returns false if it is as it was. */
  confirmNormal(): boolean {
    if (!isInEpisode(this.numbers) && !this.changed) return false;
    const { kept } = this;
    const isOther = confirmNormal(this.numbers, kept ?? this.numbers);
    endKeeping(this.numbers);
    this.kept = isOther ? kept : null;
    if (this.kept) acceptKept(this.kept);
    return true;
  }

  /** A person says that what it does in the state that it says is normal. Returns false if it says none. */
  forgetState(): boolean {
    if (this.kept) forgetState(this.kept);
    return forgetState(this.numbers);
  }

  /** A person says that what lasts is a fault, which never becomes normal. Returns false if it is as it was. */
  confirmFault(): boolean {
    const { kept, changed } = this;
    if (!isInEpisode(this.numbers) && !changed) return false;
    const sinceMs = this.sinceMs;
    if (kept) this.numbers = kept;
    else beginKeeping(this.numbers);
    this.kept = null;
    const { doubles } = this.numbers;
    doubles[scalar.isFault] = 1;
    doubles[scalar.isChanged] = 0;
    if (changed) doubles[scalar.episodeFromMs] = sinceMs!;
    return true;
  }

  /** Serialises what was learnt. A detector restored from it continues exactly as this one would. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return bytesOf(this.numbers, this.kept);
  }

  /** @throws HarbingerError DETECTOR_STATE if the bytes are not of this version */
  static fromBytes(bytes: Uint8Array): RelationDetector {
    const { numbers, kept } = numbersFrom(bytes);
    const made = new RelationDetector(numbers.layout.sensors);
    made.numbers = numbers;
    made.kept = kept;
    return made;
  }
}

/** A time that is not to come: by a clock that was ahead then, it is as long ago as the machine has run since. */
function sinceOf({ doubles }: RelationNumbers, from: number, fromRun: number): number {
  const ranMs = doubles[scalar.runMs]! - doubles[fromRun]!;
  return Math.min(doubles[from]!, doubles[scalar.newestMs]! - ranMs);
}

/** Follows the episodes of one normal. @param beside see `ratioOfSensor` */
function followedBy(numbers: RelationNumbers, beside: RelationNumbers | null, timeMs: number) {
  const wasIn = isInEpisode(numbers);
  const ratio = ratioOf(numbers, beside);
  const lasts = followEpisode(numbers, ratio, timeMs);
  const isIn = isInEpisode(numbers);
  return { ratio, isInVisit: isIn, begins: isIn && !wasIn, lasts };
}
