/**
 * The behaviour of a machine: whether its sensors go together as they do on ordinary days (shared/detector/relations), in the words
 * and scores of the gateway.
 */

import { isLike, type Signature, signatureFor } from '../../../shared/detector/relations/peoples-word.ts';
import type { RelationDetector } from '../../../shared/detector/relations/relation-detector.ts';
import type { KnownFault } from '../../ports/decision.ts';
import { OwnEpisodes, type SavedEpisodes } from '../own-episodes/own-episodes.ts';
import { type Behaviour, changeOf } from '../own-episodes/told-behaviour.ts';
import { type SavedShifts, SlowShifts } from '../slow-shifts/slow-shifts.ts';
import type { Explanation } from '../usual-range/explained.ts';
import type { CounterRates } from '../usual-range/range-types.ts';
import { allBeyond, type BeyondRange, type UsualRange } from '../usual-range/usual-range.ts';
import { GrowingRelations, type SavedRelations } from './growing-relations.ts';
import type { ModeWatch } from './mode-watch.ts';

/** The score of a sensor at its level, and of a change until it is told; and that of what is nearly over, or changed, which neither opens an alert nor ends one. */
const scoreAtLevel = 0.65;
const scoreBetween = 0.525;
/** As many sensors at most are named, and as many faults kept: the oldest is forgotten. */
const namedMax = 3;
/** Relations show a second speed a little before its levels are beyond. */
const beforeMsMax = 3_600_000;
const faultsMax = 8;

/** A fault that a person has named, with what it was like. */
export interface SavedFault extends KnownFault {
  signature: Signature;
  /** The sensors by its columns; absent from earlier versions: those of the baseline. */
  sensors?: readonly string[];
}

type SavedBehaviour = SavedRelations & { episodes?: SavedEpisodes; shifts?: SavedShifts };

export class BehaviourWatch {
  private growing: GrowingRelations;
  private known: SavedFault[] = [];
  private episodes = new OwnEpisodes();
  private shifts: SlowShifts;
  /** The sensors by column; empty while nobody has said them. */
  private names: readonly string[];

  constructor(sensors: number, names: readonly string[] = [], faults: readonly SavedFault[] = []) {
    this.growing = new GrowingRelations(sensors);
    this.shifts = new SlowShifts(sensors, names);
    this.names = names;
    this.known = [...faults];
  }

  /** Returns one that learns anew, maybe of other sensors; the faults that people have named stay. */
  anew(sensors: number, names: readonly string[]): BehaviourWatch {
    return new BehaviourWatch(sensors, names, this.faultsOf(this.names));
  }

  /** @param saved absent, or of another version: they are learnt anew */
  static restored(
    saved: Partial<SavedBehaviour>,
    sensors: number,
    faults: readonly SavedFault[] = [],
    names: readonly string[] = [],
  ): BehaviourWatch {
    const made = new BehaviourWatch(sensors, names, faults);
    made.growing = GrowingRelations.restored(sensors, saved);
    if (saved.episodes) made.episodes.restore(saved.episodes);
    if (saved.shifts) made.shifts.restore(saved.shifts);
    return made;
  }

  private get relations(): RelationDetector {
    return this.growing.now;
  }

  /** The machine has further sensors, after those that it had; what is known of these stays. */
  grow(sensors: number, names: readonly string[]): void {
    this.growing.grow(sensors);
    this.episodes = new OwnEpisodes();
    this.shifts = new SlowShifts(sensors, names);
    this.names = names;
  }

  /** The values of a column mean something else from now on. @param sensors of all columns */
  renew(column: number, sensors: number): void {
    this.growing.renew(column, sensors);
    this.episodes = new OwnEpisodes();
    this.shifts = new SlowShifts(sensors, this.names);
  }

  /** Takes the row `row[from] …`, NaN where a value is absent. @param state that the machine says it is in; NaN: none */
  take(row: Float32Array, from: number, timeMs: number, state = Number.NaN): void {
    // Rows hold the last value of a sensor that is silent: one without any is not well, and shows nothing.
    this.relations.forgetAbsent(row, from);
    this.growing.push(row, from, timeMs, state);
    this.shifts.take(row, from, timeMs, this.relations);
  }

  /** The rates of these counters were measured in the newest row, by column of the row. */
  measured(columns: readonly number[] | undefined, own: { ofRow(column: number): number }): void {
    if (!columns || columns.length === 0) return;
    for (const column of columns) this.growing.measured(own.ofRow(column));
  }

  now(): Behaviour {
    const { learning } = this.relations;
    const { state, sinceMs } = this.stateNow();
    const like = state === 'unusual' || state === 'changed' ? this.like() : null;
    const change = state === 'changed' ? changeOf(this.relations) : null;
    const { quietMs } = this.episodes.change;
    return { state, sinceMs, learning, quietMs, ...(like && { like }), ...change };
  }

  private stateNow(): Pick<Behaviour, 'state' | 'sinceMs'> {
    const { state, sinceMs } = this.relations;
    const isGone = state === 'changed' && this.episodes.change.isGone;
    if ((state === 'unusual' || state === 'changed') && !isGone) return { state, sinceMs };
    if (this.shifts.isShifted) return { state: 'changed', sinceMs: this.shifts.sinceMs };
    return isGone ? { state: 'normal', sinceMs: null } : { state, sinceMs };
  }

  /** The faults that people have named, the oldest first. @param names of the sensors, by column */
  faultsOf(names: readonly string[]): readonly SavedFault[] {
    return this.known.map((fault) =>
      fault.sensors || names.length === 0
        ? fault
        : { ...fault, sensors: names.slice(0, fault.signature.length) },
    );
  }

  /** A person says that what it does in the state that it says is normal. Returns false if it says none. */
  forgetState(): boolean {
    return this.growing.told((each) => each.forgetState());
  }

  /** A person says that what has changed is normal from now on. Returns false if nothing has. */
  confirmNormal(): boolean {
    return [this.shifts.confirmNormal(), this.growing.told((each) => each.confirmNormal())].includes(true);
  }

  /** Time has confirmed what the machine does since then: what has changed with it is normal too, and what changed before is not. */
  confirmSince(fromMs: number): void {
    const { changedMs, sinceMs } = this.relations;
    if ((changedMs ?? sinceMs ?? Number.NEGATIVE_INFINITY) >= fromMs - beforeMsMax) this.confirmNormal();
  }

  /** A person says that what lasts, or was unusual last, is a fault. Returns false if nothing was unusual yet. */
  confirmFault(fault: KnownFault): boolean {
    const signature = this.relations.signature();
    if (!signature) return false;
    this.growing.told((each) => each.confirmFault());
    this.episodes.wasFault(signature.flatMap((far, column) => (Math.abs(far) >= 1 ? [column] : [])));
    const sensors = this.names.length > 0 && { sensors: this.names.slice(0, signature.length) };
    this.known = [...this.known, { ...fault, signature, ...sensors }].slice(-faultsMax);
    return true;
  }

  /** The newest fault that what happens now is like. */
  private like(): KnownFault | null {
    if (this.known.length === 0) return null;
    const now = this.relations.signature();
    const found =
      now &&
      this.known.findLast(({ signature, sensors }) => {
        const names = this.names.slice(0, now.length);
        const known = sensors && names.length > 0 ? signatureFor(signature, sensors, names) : signature;
        return known !== null && isLike(now, known);
      });
    return found ? { atMs: found.atMs, note: found.note } : null;
  }

  /** 0.65 or more while a sensor is beyond its level for some minutes; 0 while the machine is normal. */
  private score(): number {
    const { state, ratio, isBeyondKept } = this.relations;
    if (state === 'unusual' && ratio >= 1) return 1 - (1 - scoreAtLevel) / ratio;
    if (state === 'unusual') return scoreBetween;
    // Nothing is over because relations follow it.
    return !this.episodes.change.isGone && (state === 'changed' || isBeyondKept) ? scoreBetween : 0;
  }

  /** The average that the other sensors let expect of one; null if that is not known, or the machine is not as was confirmed. */
  expected(sensor: number): number | null {
    const { state } = this.relations;
    if (state === 'unusual' || state === 'changed') return null;
    return this.relations.expected(sensor)?.value ?? null;
  }

  /** True if a sensor goes with the others as was confirmed: what has only lasted does not show that it is over. */
  isWithin(sensor: number): boolean {
    return this.relations.state === 'normal' && this.relations.isWithin(sensor);
  }

  get isJudged(): boolean {
    return this.relations.learning === null;
  }

  /**
   * How unusual the machine is, by its ranges and by how its sensors go together; and whether the latter say more. What is held back scores what
   * neither opens an alert nor ends one; a change that nobody was told of opens one. @param rarity of the row by the detector, 0 … 1
   */
  unusual(usual: UsualRange, rarity: number): { score: number; isByOthers: boolean } {
    const unheld = this.unheld(usual, rarity);
    const isTelling = this.episodes.isTelling || this.shifts.isTelling;
    if (isTelling && unheld.score < scoreAtLevel) return { score: scoreAtLevel, isByOthers: true };
    if (this.shifts.isShifted && unheld.score < scoreBetween)
      return { score: scoreBetween, isByOthers: true };
    return this.episodes.isHeld ? { ...unheld, score: Math.min(unheld.score, scoreBetween) } : unheld;
  }

  /** Follows for how long, and how far, the machine is unusual. */
  followEpisodes(usual: UsualRange, timeMs: number): void {
    const { score } = this.unheld(usual, 0);
    const sensors = () => allBeyond(usual.beyond(), this.beyondRelations()).map(({ column }) => column);
    const { state, isBeyondKept, asBefore } = this.relations;
    const isChanged = state === 'changed' && !usual.firstTime();
    const isNamed = () => this.like() !== null;
    this.episodes.take({ timeMs, score, isChanged, isBeyondKept, asBefore, sensors, isNamed });
  }

  private unheld(usual: UsualRange, rarity: number): { score: number; isByOthers: boolean } {
    const byRanges = this.scoreOfRanges(usual.score(rarity), usual);
    // Ranges learn what it does for the first time.
    const byOthers = usual.firstTime() ? 0 : this.score();
    return { score: Math.max(byRanges, byOthers), isByOthers: byOthers > byRanges };
  }

  /** The score of sensors beyond their ranges: that of what has changed while each of them is as it has been since then. */
  private scoreOfRanges(score: number, usual: UsualRange): number {
    const { relations } = this;
    if (score <= scoreBetween || relations.state !== 'changed') return score;
    return usual.beyond().every(({ column }) => relations.isWithin(column)) ? scoreBetween : score;
  }

  /** Writes how far each sensor that is beyond its level is, over that. */
  distances(into: Float64Array): void {
    for (let i = 0; i < into.length; i++) {
      const ratio = this.relations.ratioOf(i);
      into[i] = ratio >= 1 ? ratio : 0;
    }
    for (const { column } of this.shifts.beyond()) into[column] = Math.max(1, into[column]!);
  }

  /** The sensors that show what the others do not explain, while that lasts or while it is told that it has changed, the farthest first; then what has slowly shifted. */
  beyond(): BeyondRange[] {
    return allBeyond(this.beyondRelations(), this.shifts.beyond());
  }

  private beyondRelations(): BeyondRange[] {
    const { relations } = this;
    const isChanged = relations.state === 'changed' && this.episodes.isTelling;
    if (relations.state !== 'unusual' && !isChanged) return [];
    const ratioOf = (column: number) =>
      isChanged ? relations.ratioBefore(column) : relations.ratioOf(column);
    const all = Array.from({ length: relations.sensors }, (_, column) => ({
      column,
      ratio: ratioOf(column),
    })).filter(({ ratio }) => ratio >= 1);
    // A belt that slips lets what is well look wrong beside it.
    const hasMoved = relations.moved();
    const moved = all.filter(({ column }) => hasMoved(column));
    return (moved.length > 0 ? moved : all)
      .sort((a, b) => b.ratio - a.ratio)
      .slice(0, namedMax)
      .flatMap(({ column }) => {
        const expected = isChanged ? relations.expectedBefore(column) : relations.expected(column);
        if (!expected) return [];
        const { now, low, high } = expected;
        return [{ column, level: now, low, high, isBesideOthers: true as const }];
      });
  }

  save(): SavedBehaviour {
    const episodes = this.episodes.save();
    const shifts = this.shifts.save();
    return { ...this.growing.save(), ...(episodes && { episodes }), ...(shifts && { shifts }) };
  }
}

/** Explanations of levels beyond their ranges. @param known of the machine now: it may be learnt anew */
export const explanationOf = (
  known: () => readonly [BehaviourWatch, ModeWatch],
  rates: CounterRates,
): Explanation => ({
  rates,
  expected: (sensor) => known()[0].expected(sensor),
  isJudged: () => known()[0].isJudged,
  isWithin: (sensor) => known()[0].isWithin(sensor),
  modeSensor: () => known()[1].levelSensor(),
});
