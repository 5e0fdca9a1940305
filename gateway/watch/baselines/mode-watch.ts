/**
 * The mode of a machine (shared/detector/modes): what its state sensor says, where its type declares one or a device sends one, else
 * the level of the sensor that stands at a few. It is shown, and says at which speed a limit is over; else it changes nothing that is judged.
 */
import type { ColumnsBefore } from '../../../shared/detector/columns/columns.ts';
import {
  DeclaredMode,
  type DeclaredModeNow,
  type SavedMode,
} from '../../../shared/detector/modes/declared-mode.ts';
import { type LearntMode, MachineModes } from '../../../shared/detector/modes/machine-modes.ts';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { isStateName, wordsOf } from '../../../shared/domain/states.ts';
import type { SensorKinds } from '../kinds/sensor-kinds.ts';

/** The mode now; `column` is that of the sensor that says it. */
export type ModeNow = { column: number } & (DeclaredModeNow | Omit<LearntMode, 'sensor'>);

/** The part that is saved across restarts. */
export interface SavedModes {
  /** The bytes of learnt modes, in base 64. */
  learnt: string;
  /** Absent if no sensor says the mode. */
  said?: SavedMode & { sensor: string };
}

/** Names of states that do not say what the machine does. */
const notModes = /(?:^|[_. -])(?:fault|alarm|direction|status)$/;

export class ModeWatch {
  private learnt: MachineModes;
  private said = new DeclaredMode();
  /** The sensor that says the mode: its name and its column in a row; null if none does. */
  private sensor: { name: string; column: number } | null = null;
  private sensors: readonly Sensor[] = [];
  /** Kinds that had been found when the sensor was chosen. */
  private found = 0;

  constructor(columns: number) {
    this.learnt = new MachineModes(columns);
  }

  /** @param sensors by column of a row @param kinds by which sensors turn out to be states */
  know(sensors: readonly Sensor[], kinds: SensorKinds | null): void {
    this.sensors = sensors;
    this.choose(kinds);
  }

  /** Returns what the sensor that says the mode says in a row; NaN if none does, or nothing was sent. */
  codeIn(row: Float32Array, from: number): number {
    return this.sensor ? row[from + this.sensor.column]! : Number.NaN;
  }

  /** @param own the same row as a baseline learns it, from `at` on */
  take(code: number, own: Float32Array, at: number, timeMs: number, kinds: SensorKinds | null): void {
    if (kinds && kinds.found !== this.found) this.choose(kinds);
    if (this.sensor) this.said.take(code, timeMs);
    else this.learnt.push(own, at, timeMs);
  }

  /** @param columnOf the column in a row of a sensor that a baseline knows by another place */
  now(columnOf: (own: number) => number): ModeNow | null {
    if (this.sensor) {
      const said = this.said.now();
      return said && { column: this.sensor.column, ...said };
    }
    const found = this.learnt.now();
    if (!found) return null;
    const { sensor, ...mode } = found;
    const column = columnOf(sensor);
    return column < 0 ? null : { column, ...mode };
  }

  /** The column, as a baseline has it, of the sensor at whose levels modes were learnt, while it is at one that is known; else −1. */
  levelSensor(): number {
    const found = this.sensor ? null : this.learnt.now();
    return found && found.number !== null ? found.sensor : -1;
  }

  /** Forgets modes that were learnt. Returns false if there are none. */
  forget(): boolean {
    if (this.sensor || !this.learnt.isKnown) return false;
    this.learnt.forget();
    return true;
  }

  /** Forgets what was learnt. @param columns that a baseline has now */
  relearn(columns: number): void {
    this.learnt = new MachineModes(columns);
    this.said = new DeclaredMode();
  }

  /** A baseline has other columns, and goes on with what is known of those before. */
  setColumns(columns: ColumnsBefore): void {
    this.learnt = this.learnt.withColumns(columns);
  }

  save(): SavedModes {
    const said = this.said.save();
    return {
      learnt: Buffer.from(this.learnt.toBytes()).toString('base64'),
      ...(said && this.sensor && { said: { ...said, sensor: this.sensor.name } }),
    };
  }

  /** @param saved absent, or of another version: they are learnt anew @param columns of the baseline that is restored */
  restore(saved: SavedModes | undefined, columns: number): void {
    this.relearn(columns);
    if (!saved) return;
    this.learnt = learntOf(saved.learnt, this.learnt.sensors) ?? this.learnt;
    if (saved.said && (this.sensor === null || saved.said.sensor === this.sensor.name))
      this.said = DeclaredMode.restored(saved.said);
  }

  /** A sensor that is named as a mode, else the first state that the type declares. */
  private choose(kinds: SensorKinds | null): void {
    this.found = kinds?.found ?? 0;
    const all = this.sensors.map((sensor, column) => ({ ...sensor, column }));
    const isState = ({ kind, column }: Sensor & { column: number }) =>
      kind === 'state' || kinds?.kindOf(column) === 'state';
    const states = all.filter((each) => isState(each) && !notModes.test(wordsOf(each.name)));
    const declared = states.filter(({ kind }) => kind === 'state');
    const chosen = states.find(({ name }) => isStateName(name)) ?? declared[0];
    if (chosen && this.sensor && chosen.name !== this.sensor.name) this.said = new DeclaredMode();
    this.sensor = chosen ? { name: chosen.name, column: chosen.column } : null;
  }
}

function learntOf(text: string, sensors: number): MachineModes | null {
  try {
    const found = MachineModes.fromBytes(new Uint8Array(Buffer.from(text, 'base64')));
    return found.sensors === sensors ? found : null;
  } catch {
    return null;
  }
}
