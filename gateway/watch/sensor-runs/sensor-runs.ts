/**
 * Runs of sensors (gateway/watch/sensor-runs): which sensors of a machine are missing from its rows, and which are stuck at a
 * value. Each is judged by what it did before, in rows and in time; how is in gateway/docs/0020. What is told of it is
 * decided in gateway/decisions/alert.
 *
 *     row ▶ Presence (rows without a sensor) ─┬▶ faults of the machine's next input
 *       └─▶ Stillness (rows with one value) ──┴▶ values that say nothing about the machine
 */
import type { SensorFault } from '../../ports/decision.ts';
import { Columns } from './columns.ts';
import { field, sensorFields } from './fields.ts';
import { Presence } from './presence.ts';
import { RowTime, rowTimeNumbers } from './row-time.ts';
import { doubtfulMin, Stillness } from './stillness.ts';

/** A period of coming rows: the usual runs of this one and of the one before are remembered. */
const periodMs = 35 * 24 * 3_600_000;
/**
 * All of the first rows, and then about one of eight, tell how the values of sensors are spread: those of which a multiplicative hash is low,
 * which go with no rhythm of a machine. Of a sensor that is not in each row, each value that follows a row without it tells so too.
 */
const spreadRows = 256;
const spreadBits = 3;
const isSpreadRow = (row: number) =>
  row <= spreadRows || Math.imul(row, 0x9e3779b1) >>> (32 - spreadBits) === 0;

/** The runs of all sensors of one machine: 216 bytes for each sensor. Nothing is allocated per row. */
export class SensorRuns {
  private readonly time: RowTime;
  private readonly state: Columns;
  private readonly presence: Presence;
  private readonly stillness: Stillness;
  private columns: number;
  /** True if each sensor was in the newest row, with another value than in the one before: then most rows need a comparison of values alone. */
  private isPlain = false;
  /** False if all sensors of the newest row are well, as those of nearly all rows: then none of them is looked at. */
  private mayBeUnwell = false;
  private turnMs = periodMs;
  /** Sensors whose newest value was refused: the one of their rows is older. Null if there are none. */
  private refusedNow: Set<number> | null = null;
  /** Sensors that were not well before a restart, with the value that they had, until they send another one. Null if there are none. */
  private unwell: Map<number, number> | null = null;
  /** The last row without the values of sensors that are not well. */
  private sound = new Float32Array(0);
  /** The last answer of `unsent`; null if that may be another one now. */
  private known: { of: readonly { name: string }[]; unsent: readonly string[] } | null = null;

  /** @param numbers of which `rowTimeNumbers` from `from` on are its own */
  constructor(columns: number, numbers: Float64Array = new Float64Array(rowTimeNumbers), from = 0) {
    this.columns = columns;
    this.time = new RowTime(numbers, from);
    this.state = new Columns(sensorFields, columns);
    this.presence = new Presence(this.state, this.time);
    this.stillness = new Stillness(this.state, this.time, this.presence);
  }

  /** The number of sensors that are missing or stuck. */
  get out(): number {
    return this.presence.out + this.stillness.out;
  }

  /**
   * A live row is complete: `cells[valueAt + column]` is a value if `cells[seenAt + column]` is not 0. @param seenAt −1: all are
   * values
   */
  take(cells: Float32Array, valueAt: number, seenAt: number, timeMs: number): void {
    const { time } = this;
    const row = time.next(timeMs);
    if (time.ms >= this.turnMs) this.turn();
    const moved = seenAt < 0 && this.isPlain ? this.moved(cells, valueAt) : 0;
    this.mayBeUnwell = false;
    if (moved < this.columns) this.takeFrom(moved, cells, valueAt, seenAt, row);
    if (this.refusedNow !== null) this.sentAgain(this.refusedNow, cells, seenAt);
    if (isSpreadRow(row)) this.stillness.spread.take(cells, valueAt, seenAt);
  }

  /**
   * Returns the row that was taken last without the values of sensors that are not well, or may not be (NaN): what they show says nothing
   * about the machine, and would let healthy sensors look odd beside it. Null if all are well. Valid until the next call.
   * @param isCounter a counter that stands still is well: its machine counts nothing @param isLive false if it is read again
   * from the journal, and was not taken: then only those count that were not well before the restart
   */
  soundRow(
    cells: Float32Array,
    valueAt: number,
    isLive: boolean,
    isCounter: (column: number) => boolean,
  ): Float32Array | null {
    const { unwell } = this;
    if (!(isLive && this.mayBeUnwell) && this.refusedNow === null && unwell === null) return null;
    for (const [column, value] of unwell ?? [])
      if (differs(cells[valueAt + column]!, value)) unwell?.delete(column);
    if (unwell?.size === 0) this.unwell = null;
    let isSound = true;
    for (let column = 0; column < this.columns; column++) {
      if (!unwell?.has(column) && !(isLive && this.isUnwell(column, isCounter))) continue;
      if (isSound) this.sound = cells.slice(valueAt, valueAt + this.columns);
      isSound = false;
      this.sound[column] = Number.NaN;
    }
    return isSound ? null : this.sound;
  }

  /** Forgets of refused sensors those that have a value in this row. */
  private sentAgain(refused: Set<number>, cells: Float32Array, seenAt: number): void {
    for (const column of refused) if (seenAt < 0 || cells[seenAt + column] !== 0) refused.delete(column);
    if (refused.size === 0) this.refusedNow = null;
  }

  /** Only of a sensor that is absent, out, or at one value for a while, of which `takeFrom` takes note. */
  private isUnwell(column: number, isCounter: (column: number) => boolean): boolean {
    const { presence, stillness, refusedNow } = this;
    if (presence.isOut(column) || presence.isDoubtful(column) || refusedNow?.has(column)) return true;
    return (stillness.isOut(column) || stillness.isDoubtful(column)) && !isCounter(column);
  }

  /** Sensors that are not well, with their values as of `latest`, by name; for saving. */
  savedUnwell(sensors: readonly string[], latest: Float32Array): Record<string, number> {
    const isUnwell = (column: number) =>
      this.unwell?.has(column) || (column < this.columns && this.isUnwell(column, () => false));
    return Object.fromEntries(
      sensors.flatMap((name, column) =>
        isUnwell(column) && Number.isFinite(latest[column]) ? [[name, latest[column]!]] : [],
      ),
    );
  }

  /** Goes on without the values of those that were not well before a restart, until they send others. */
  restoreUnwell(saved: Readonly<Record<string, number>>, sensors: readonly string[]): void {
    for (const [name, value] of Object.entries(saved)) {
      const column = sensors.indexOf(name);
      if (column < 0) continue;
      this.unwell ??= new Map();
      this.unwell.set(column, value);
    }
  }

  /** Takes values of the first columns, up to the first one that is not another than in the row before. Returns how many these are. */
  private moved(cells: Float32Array, valueAt: number): number {
    const { columns } = this;
    const { floats } = this.state;
    for (let column = 0; column < columns; column++) {
      const value = cells[valueAt + column]!;
      if (value === floats[column]) return column;
      floats[column] = value;
    }
    return columns;
  }

  private takeFrom(first: number, cells: Float32Array, valueAt: number, seenAt: number, row: number): void {
    const { columns, presence, stillness } = this;
    const { doubles, floats } = this.state;
    const dueRowAt = field.dueRow * columns;
    const repeatsAt = field.repeats * columns;
    const dueRepeatsAt = field.dueRepeats * columns;
    let isPlain = true;
    let mayBeUnwell = false;
    for (let column = first; column < columns; column++) {
      if (seenAt >= 0 && cells[seenAt + column] === 0) {
        isPlain = false;
        mayBeUnwell = true;
        if (doubles[column] === 0) presence.leaves(column);
        else if (row >= doubles[dueRowAt + column]!) presence.look(column);
        continue;
      }
      const gapRow = doubles[column]!;
      const value = cells[valueAt + column]!;
      if (gapRow !== 0) {
        if (gapRow < 0) this.known = null;
        presence.returns(column);
        stillness.spread.takeOne(column, value);
      }
      if (value !== floats[column]) {
        floats[column] = value;
        if (doubles[repeatsAt + column] !== 0) stillness.ends(column, gapRow);
        continue;
      }
      isPlain = false;
      const repeats = ++doubles[repeatsAt + column]!;
      if (repeats === 1) stillness.begins(column, gapRow);
      else if (repeats >= doubles[dueRepeatsAt + column]!) stillness.look(column);
      if (repeats >= doubtfulMin && doubles[dueRepeatsAt + column]! < Infinity) mayBeUnwell = true;
    }
    this.isPlain = isPlain;
    this.mayBeUnwell = mayBeUnwell || this.out > 0;
  }

  /** A reading that is in no row, because the machine rests: a missing sensor that has a value in it is sent again. Returns whether one is. */
  heardAtRest(values: Float32Array, from: number, to: number): boolean {
    const before = this.presence.out;
    for (let column = 0; column < Math.min(this.columns, to - from) && this.presence.out > 0; column++)
      if (this.presence.isOut(column) && !Number.isNaN(values[from + column]!)) this.presence.returns(column);
    if (this.presence.out === before) return false;
    this.known = null;
    return true;
  }

  /** The longest time, ms, for which a sensor is usually absent from rows; 0 if it is in each. */
  usualGapMs(column: number): number {
    return column < this.columns ? this.presence.usualGapMs(column) : 0;
  }

  /** A sensor sent a value that is in no row, because it cannot have it. */
  refused(column: number): void {
    if (column >= this.columns) return;
    this.known = null;
    this.isPlain = false;
    this.refusedNow ??= new Set();
    this.refusedNow.add(column);
    this.presence.refused(column);
  }

  widen(columns: number): void {
    this.columns = columns;
    this.known = null;
    this.isPlain = false;
    this.state.widen(columns);
  }

  /** Forgets a sensor that is gone. */
  forget(column: number): void {
    this.known = null;
    this.isPlain = false;
    this.refusedNow?.delete(column);
    this.unwell?.delete(column);
    this.presence.forget(column);
    this.stillness.forget(column);
    this.state.reset(column);
  }

  list(sensors: readonly { name: string }[]): SensorFault[] {
    if (this.out === 0) return [];
    return sensors.slice(0, this.columns).flatMap(({ name }, column) => this.faultsOf(name, column));
  }

  /**
   * Names of sensors of which no live reading has come, so that nothing is known of them. Asked for with each decision about
   * the machine, so the same list is returned while nothing has changed.
   */
  unsent(sensors: readonly { name: string }[]): readonly string[] {
    if (this.known?.of === sensors) return this.known.unsent;
    const isUnsent = (column: number) => column >= this.columns || !this.presence.wasSent(column);
    const unsent = sensors.filter((_, column) => isUnsent(column)).map(({ name }) => name);
    this.known = { of: sensors, unsent };
    return unsent;
  }

  private faultsOf(sensor: string, column: number): SensorFault[] {
    const { presence, stillness } = this;
    const faults: SensorFault[] = [];
    if (presence.isOut(column)) {
      let others = 0;
      for (let other = 0; other < this.columns; other++) if (presence.isSent(other)) others++;
      const missing = { sinceMs: presence.sinceMs(column), others };
      faults.push({ sensor, value: null, isBeyondAlarm: false, missing });
    }
    if (stillness.isOut(column)) {
      const stuck = { sinceMs: stillness.sinceMs(column), longestMs: stillness.longestMs(column) };
      faults.push({ sensor, value: stillness.value(column), isBeyondAlarm: false, stuck });
    }
    return faults;
  }

  private turn(): void {
    this.turnMs += periodMs;
    this.presence.turn();
    this.stillness.turn();
  }
}

/** False while it has sent nothing yet. */
function differs(value: number, before: number): boolean {
  return !Number.isNaN(value) && value !== before;
}
