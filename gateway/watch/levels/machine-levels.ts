import { limitedColumnsOf } from '../../../shared/domain/limits.ts';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import type { TimeToLimit } from '../../ports/limits/time-to-limit.ts';
import { LevelMemory, minuteMs } from './level-memory.ts';
import { timesToLimits } from './time-to-limit.ts';

/** Answers are made again when so much of the machine's own time has passed. */
const answerMinutes = 5;

/** The room for sensors that all machines share. */
export interface Room {
  /** Takes room for one sensor; false if there is none. */
  take(): boolean;
  give(sensors: number): void;
}

interface Answer {
  minute: number;
  sensor: Sensor;
  times: TimeToLimit[];
}

/** The sensors of a type that have limits, and their columns. */
interface Limited {
  sensors: Sensor[];
  columns: Int32Array;
}

const noneLimited: Limited = { sensors: [], columns: new Int32Array(0) };
/** Made once for all machines of a type. */
const limitedByType = new WeakMap<MachineType, Limited>();

function limitedOf(type: MachineType): Limited {
  const known = limitedByType.get(type);
  if (known) return known;
  const found = limitedColumnsOf(type);
  const made = {
    sensors: found.map(({ column }) => type.sensors[column]!),
    columns: Int32Array.from(found, ({ column }) => column),
  };
  limitedByType.set(type, made);
  return made;
}

/** Where the sums of the open minute begin; before them are the minute, and the number of its readings that had all of the sensors. */
const sumsFrom = 2;

/** The levels of the sensors of one machine that have limits. */
export class MachineLevels {
  readonly key: string;
  /** By sensor; also of sensors that have lost their limits since, or have not been heard since the start. */
  readonly memories: Map<string, LevelMemory>;
  /** Null while the machine has no window. */
  private type: MachineType | null = null;
  private limited = noneLimited;
  private bound: (LevelMemory | null)[] = [];
  /** True once each of the sensors has a memory. */
  private isBound = false;
  /**
   * The minute of the latest readings, the number of those that had all of the sensors, then by sensor their sum, then by sensor how many others
   * there are. Its memory takes them when that minute is over, because for each reading of thousands of machines the memories of all sensors
   * would be visited.
   */
  private open = new Float64Array(sumsFrom);
  private readonly answers = new Map<string, Answer>();
  private readonly room: Room;

  constructor(key: string, memories: Map<string, LevelMemory>, room: Room) {
    this.key = key;
    this.memories = memories;
    this.room = room;
  }

  get isWatched(): boolean {
    return this.type !== null;
  }

  /** Must be called when the machine is watched, and when its sensors or limits change; null when it is watched no more. */
  bind(type: MachineType | null): void {
    this.close();
    this.type = type;
    this.limited = type ? limitedOf(type) : noneLimited;
    const { sensors } = this.limited;
    this.bound = sensors.map(({ name }) => this.memories.get(name) ?? null);
    this.isBound = !this.bound.includes(null);
    this.open = new Float64Array(sumsFrom + 2 * sensors.length);
    this.answers.clear();
  }

  /** The memories take what is open. To be called before they are looked at. */
  close(): void {
    const { open, bound } = this;
    const { length } = bound;
    for (let i = 0; i < length; i++) {
      const count = open[1]! + open[sumsFrom + length + i]!;
      if (count > 0) bound[i]!.take(open[sumsFrom + i]!, open[0]!, true, count);
    }
    open.fill(0, 1);
  }

  /** Forgets everything that is known. */
  clear(): void {
    this.open.fill(0);
    this.room.give(this.memories.size);
    this.memories.clear();
    this.bind(this.type);
  }

  /**
   * Takes a reading: `values[from] … values[to - 1]`, one per column, NaN where absent. One that is late goes to its own
   * minute if that is open still, else it is left out. @param isOld it is late, or from the journal
   */
  take(values: Float32Array, from: number, to: number, timeMs: number, isOld: boolean): void {
    const { open } = this;
    const minute = Math.floor(timeMs / minuteMs);
    if (isOld || minute !== open[0]) this.close();
    if (isOld) {
      this.takeOld(values, from, to, minute);
      return;
    }
    open[0] = minute;
    if (this.isBound && this.addsAll(values, from, to)) return;
    const { bound } = this;
    const { columns } = this.limited;
    for (let i = 0; i < columns.length; i++) {
      const at = from + columns[i]!;
      if (at >= to) return;
      const value = values[at]!;
      if (Number.isNaN(value) || (bound[i] === null && this.begin(i, minute) === null)) continue;
      open[sumsFrom + i]! += value;
      open[sumsFrom + columns.length + i]!++;
    }
  }

  /** Adds a reading that has all of the sensors to the open minute. Returns false, and adds nothing, if it lacks one. */
  private addsAll(values: Float32Array, from: number, to: number): boolean {
    const { open } = this;
    const { columns } = this.limited;
    const { length } = columns;
    if (length === 0) return true;
    if (from + columns[length - 1]! >= to) return false;
    for (let i = 0; i < length; i++) if (Number.isNaN(values[from + columns[i]!]!)) return false;
    for (let i = 0; i < length; i++) open[sumsFrom + i]! += values[from + columns[i]!]!;
    open[1]!++;
    return true;
  }

  private takeOld(values: Float32Array, from: number, to: number, minute: number): void {
    const { columns } = this.limited;
    for (let i = 0; i < columns.length; i++) {
      const at = from + columns[i]!;
      if (at >= to) return;
      const value = values[at]!;
      if (!Number.isNaN(value)) (this.bound[i] ?? this.begin(i, minute))?.take(value, minute, false);
    }
  }

  /** @param of only these sensors; absent: all */
  timesToLimits(of?: readonly { sensor: string }[]): TimeToLimit[] {
    this.close();
    return this.limited.sensors.flatMap((sensor, i) => {
      if (of && !of.some((one) => one.sensor === sensor.name)) return [];
      const memory = this.bound[i];
      return memory ? this.timesOf(sensor, memory) : [];
    });
  }

  private begin(index: number, minute: number): LevelMemory | null {
    if (!this.room.take()) return null;
    const memory = new LevelMemory(minute);
    this.memories.set(this.limited.sensors[index]!.name, memory);
    this.bound[index] = memory;
    this.isBound = !this.bound.includes(null);
    return memory;
  }

  private timesOf(sensor: Sensor, memory: LevelMemory): TimeToLimit[] {
    const known = this.answers.get(sensor.name);
    const isFresh = known?.sensor === sensor && Math.abs(memory.minute - known.minute) < answerMinutes;
    if (isFresh) return known.times;
    const times = timesToLimits(sensor, memory);
    this.answers.set(sensor.name, { minute: memory.minute, sensor, times });
    return times;
  }
}
