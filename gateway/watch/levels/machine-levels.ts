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
    this.type = type;
    const limited = [...(type?.sensors.entries() ?? [])].filter(([, sensor]) => limitsOf(sensor).length > 0);
    this.columns = Int32Array.from(limited, ([column]) => column);
    this.sensors = limited.map(([, sensor]) => sensor);
    this.bound = this.sensors.map(({ name }) => this.memories.get(name) ?? null);
    this.answers.clear();
  }

  /** Forgets everything that is known. */
  clear(): void {
    this.room.give(this.memories.size);
    this.memories.clear();
    this.bind(this.type);
  }

  /**
   * Takes a reading: `values[from] … values[to - 1]`, one per column, NaN where absent. One that is late goes to its own
   * minute if that is open still, else it is left out. @param isOld it is late, or from the journal
   */
  take(values: Float32Array, from: number, to: number, timeMs: number, isOld: boolean): void {
    const { columns, bound } = this;
    const minute = Math.floor(timeMs / minuteMs);
    for (let i = 0; i < columns.length; i++) {
      const at = from + columns[i]!;
      if (at >= to) return;
      const value = values[at]!;
      if (Number.isNaN(value)) continue;
      const memory = bound[i] ?? this.begin(i, minute);
      memory?.take(value, minute, !isOld);
    }
  }

  /** @param of only these sensors; absent: all */
  timesToLimits(of?: readonly { sensor: string }[]): TimeToLimit[] {
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
