import { limitsOf } from '../../../shared/domain/limits.ts';
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

/** The levels of the sensors of one machine that have limits. */
export class MachineLevels {
  readonly key: string;
  /** By sensor; also of sensors that have lost their limits since, or have not been heard since the start. */
  readonly memories: Map<string, LevelMemory>;
  /** Null while the machine has no window. */
  private type: MachineType | null = null;
  private columns = new Int32Array(0);
  private bound: (LevelMemory | null)[] = [];
  private sensors: Sensor[] = [];
  /**
   * The minute of the latest readings, then for each sensor their sum and how many there are. Its memory takes them when that minute is
   * over, because for each reading of thousands of machines the memories of all sensors would be visited.
   */
  private open = new Float64Array(1);
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
    const limited = [...(type?.sensors.entries() ?? [])].filter(([, sensor]) => limitsOf(sensor).length > 0);
    this.columns = Int32Array.from(limited, ([column]) => column);
    this.sensors = limited.map(([, sensor]) => sensor);
    this.bound = this.sensors.map(({ name }) => this.memories.get(name) ?? null);
    this.open = new Float64Array(1 + 2 * limited.length);
    this.answers.clear();
  }

  /** The memories take what is open. To be called before they are looked at. */
  close(): void {
    const { open, bound } = this;
    for (let i = 0; i < bound.length; i++) {
      const at = 1 + 2 * i;
      if (open[at + 1] === 0) continue;
      bound[i]!.take(open[at]!, open[0]!, true, open[at + 1]!);
      open.fill(0, at, at + 2);
    }
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
    const { columns, bound, open } = this;
    const minute = Math.floor(timeMs / minuteMs);
    if (isOld || minute !== open[0]) this.close();
    if (!isOld) open[0] = minute;
    for (let i = 0; i < columns.length; i++) {
      const at = from + columns[i]!;
      if (at >= to) return;
      const value = values[at]!;
      if (Number.isNaN(value) || (bound[i] === null && this.begin(i, minute) === null)) continue;
      if (isOld) bound[i]!.take(value, minute, false);
      else {
        open[1 + 2 * i]! += value;
        open[2 + 2 * i]!++;
      }
    }
  }

  /** @param of only these sensors; absent: all */
  timesToLimits(of?: readonly { sensor: string }[]): TimeToLimit[] {
    this.close();
    return this.sensors.flatMap((sensor, i) => {
      if (of && !of.some((one) => one.sensor === sensor.name)) return [];
      const memory = this.bound[i];
      return memory ? this.timesOf(sensor, memory) : [];
    });
  }

  private begin(index: number, minute: number): LevelMemory | null {
    if (!this.room.take()) return null;
    const memory = new LevelMemory(minute);
    this.memories.set(this.sensors[index]!.name, memory);
    this.bound[index] = memory;
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
