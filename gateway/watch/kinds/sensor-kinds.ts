/**
 * Kinds (gateway/watch/kinds): what the sensors of one machine are: quantities, states or counters, as its type declares
 * or, for sensors that no type declares, as their values tell (found-kind.ts). A baseline learns quantities and the rates
 * of counters (counter-rate.ts); states are stored and shown, and it never sees them. How a kind is found is in
 * gateway/docs/0024.
 */
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { CounterRate } from './counter-rate.ts';
import { FoundKind, type Kind, type Withheld } from './found-kind.ts';

/** So often may a machine learn anew because a sensor turned out to be another kind; then kinds stay as they are. */
const changesMax = 3;

/** A sensor of an open type that no type declares, and nobody but its values tells what it is. */
function isFound({ kind, min, max }: Sensor): boolean {
  return kind === undefined && min === -Number.MAX_VALUE && max === Number.MAX_VALUE;
}

/** Null for a quantity that its type declares. */
type Column = {
  name: string;
  found: FoundKind | null;
  kind: Kind;
  rate: CounterRate | null;
  isText?: boolean;
} | null;

/** Kinds that were found, by sensor. */
export type SavedKinds = Readonly<Record<string, Kind>> | null;

/** By number of columns: the row that is handed on. */
const scratch: Float32Array[] = [];

export class SensorKinds {
  private columns: Column[] = [];
  /** By column: 1 for a quantity, whatever comes: its values are handed on, and nothing is looked at. */
  private settled = new Uint8Array(0);
  private changes = 0;
  private changed: number[] = [];
  /** Counters of which a rate was measured since the last row that was judged, by column. */
  readonly measured: number[] = [];
  private isFollowing = false;
  private hasRates = false;
  /** How often a sensor has become another kind. */
  found = 0;
  /** By column: what a sensor showed before it was known that it is a quantity. */
  readonly withheld = new Map<number, Withheld>();

  /** Null if all sensors are quantities that the type declares. */
  static of(sensors: readonly Sensor[], saved: SavedKinds = {}): SensorKinds | null {
    if (!sensors.some((sensor) => sensor.kind !== undefined || isFound(sensor))) return null;
    const kinds = new SensorKinds();
    kinds.widen(sensors, saved);
    return kinds;
  }

  /** To be called with all sensors when a machine of an open type has got more. @param saved see `restore` */
  widen(sensors: readonly Sensor[], saved: SavedKinds = {}): void {
    const known = this.columns.length;
    for (const sensor of sensors.slice(known)) {
      const { name, kind = 'quantity' } = sensor;
      const found = isFound(sensor) ? new FoundKind(name) : null;
      if (kind === 'quantity' && !found) this.columns.push(null);
      else this.columns.push({ name, found, kind, rate: kind === 'counter' ? new CounterRate() : null });
    }
    this.hasRates = this.columns.some((column) => column?.rate);
    this.settled = Uint8Array.from(this.columns, (column, i) =>
      Number(column === null || this.settled[i] === 1),
    );
    this.restore(saved, known);
  }

  /**
   * Returns what a baseline learns of the row at `row[from]`: quantities as they are, counters as their rates, and nothing
   * (NaN) of states, or of what is not known yet. Valid until the next call.
   */
  judged(row: Float32Array, from: number, timeMs: number): Float32Array {
    const { columns, settled } = this;
    scratch[columns.length] ??= new Float32Array(columns.length);
    const judged = scratch[columns.length]!;
    if (!this.isFollowing) this.measured.length = 0;
    this.isFollowing = false;
    for (let i = 0; i < columns.length; i++) {
      const value = row[from + i]!;
      judged[i] =
        settled[i] === 1 || Number.isNaN(value) ? value : this.valueOf(columns[i]!, value, timeMs, i);
    }
    return judged;
  }

  /** Takes a row of which a baseline learns nothing: only what is not settled is looked at. */
  follow(row: Float32Array, from: number, timeMs: number): void {
    const { columns, settled } = this;
    if (!this.isFollowing) this.measured.length = 0;
    this.isFollowing = true;
    for (let i = 0; i < columns.length; i++) {
      if (settled[i] === 1) continue;
      const value = row[from + i]!;
      if (!Number.isNaN(value)) this.valueOf(columns[i]!, value, timeMs, i);
    }
  }

  /** Hands on what sensors showed before it was known that they are quantities, once. */
  takeWithheld(take: (column: number, values: Withheld) => void): void {
    for (const [column, values] of this.withheld) take(column, values);
    this.withheld.clear();
  }

  /** Returns the sensors that have been learnt and turned out to be another kind, since the last call, by column; null: none. */
  takeChanges(): readonly number[] | null {
    const { changed } = this;
    if (changed.length === 0) return null;
    this.changed = [];
    return changed;
  }

  /** A sensor that no type declares turned out to be one of texts, whatever its numbers look like. */
  leaveOut(index: number): void {
    const column = this.columns[index];
    if (!column?.found || column.isText) return;
    if (column.found.isLearnt) this.changed.push(index);
    this.become(column, 'state');
    column.isText = true;
    this.settled[index] = 0;
  }

  kindOf(column: number): Kind {
    return this.columns[column]?.kind ?? 'quantity';
  }

  /** Says of a counter if the row that was judged last has measured its rate, or what was measured before holds; null of others. */
  rateAt(column: number): 'measured' | 'held' | null {
    if (!this.hasRates || !this.columns[column]?.rate) return null;
    return this.measured.includes(column) ? 'measured' : 'held';
  }

  /** The kinds that were found, by sensor. */
  save(): Record<string, Kind> {
    const found = this.columns.flatMap((column) =>
      column?.found?.isKnown ? [[column.name, column.kind]] : [],
    );
    return Object.fromEntries(found);
  }

  /** @param saved of a baseline that is restored; null if it was learnt of values alone */
  restore(saved: SavedKinds, from = 0): void {
    for (const column of this.columns.slice(from)) {
      const kind = saved === null ? 'quantity' : column && saved[column.name];
      if (!column?.found || !kind) continue;
      column.found.resume(kind);
      this.become(column, kind);
    }
  }

  private valueOf(column: NonNullable<Column>, value: number, timeMs: number, index: number): number {
    const { found } = column;
    if (column.isText) return Number.NaN;
    if (found) {
      const before = column.kind;
      const wasLearnt = found.isLearnt;
      const kind = found.take(value, this.changes < changesMax);
      if (kind !== before) {
        this.become(column, kind);
        if (wasLearnt) {
          this.changes++;
          this.changed.push(index);
        }
      }
      if (!found.isLearnt) return Number.NaN;
      const withheld = found.takeWithheld();
      if (withheld && kind === 'quantity') this.withheld.set(index, withheld);
      if (found.isSettled) this.settled[index] = 1;
    }
    if (column.kind === 'state') return Number.NaN;
    if (!column.rate) return value;
    const rate = column.rate.take(value, timeMs);
    if (column.rate.isMeasured && !this.measured.includes(index)) this.measured.push(index);
    return rate;
  }

  private become(column: NonNullable<Column>, kind: Kind): void {
    this.found++;
    column.kind = kind;
    column.rate = kind === 'counter' ? new CounterRate() : null;
    this.hasRates ||= column.rate !== null;
  }
}
