/**
 * Levels (gateway/watch/levels): what is remembered of the level of each sensor with a limit, over minutes, hours, days and
 * weeks, and when its trend will reach the limit. It opens no alert; alerts and records say it, and the API. Trends
 * themselves are shared/trend.
 *
 * Bounded: so many sensors, each a kilobyte. When there are too many, a machine that has no window is forgotten for a new
 * one; while all have one, further sensors are not remembered (counted).
 */
import { Rounds } from '../../../shared/bounds/rounds.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { nextTurn } from '../../../shared/runtime/clock.ts';
import type { TimeToLimit } from '../../ports/limits/time-to-limit.ts';
import { LevelMemory, type SavedLevel } from './level-memory.ts';
import { MachineLevels } from './machine-levels.ts';

/** Sensors that are remembered: 24 MB. */
const sensorsMax = 20_000;
/** Machines that are looked at, for each reading that finds no room, for one that can be forgotten. */
const triesMax = 8;
/** Machines that are answered for in one turn of the event loop. */
const turnMachines = 10;

export interface LevelsStats {
  machines: number;
  sensors: number;
  /** Sensors of which no level is remembered, because there are too many; counted with each of their readings. */
  refused: number;
}

export interface SavedMachine {
  key: string;
  sensors: [string, SavedLevel][];
}

/** The part of it that windows use. */
export interface LevelKeeper {
  /** The machine's levels, from now on bound to its type. */
  watched(machine: { site: string; machine: string; type: MachineType }): MachineLevels;
}

export class Levels implements LevelKeeper {
  private readonly byKey = new Map<string, MachineLevels>();
  private readonly rounds = new Rounds(this.byKey, triesMax);
  private readonly sensorsMax: number;
  private sensors = 0;
  private refused = 0;

  constructor(max = sensorsMax) {
    this.sensorsMax = max;
  }

  watched({ site, machine, type }: { site: string; machine: string; type: MachineType }): MachineLevels {
    const key = `${site}/${machine}`;
    const levels = this.byKey.get(key) ?? this.add(key, new Map());
    levels.bind(type);
    return levels;
  }

  /** Lets the levels of a machine be learnt anew. */
  relearn(key: string): void {
    this.byKey.get(key)?.clear();
  }

  /** Forgets a machine that was retired. Returns false if nothing was known. */
  forget(key: string): boolean {
    const levels = this.byKey.get(key);
    if (!levels) return false;
    levels.clear();
    levels.bind(null);
    this.byKey.delete(key);
    return true;
  }

  /** Answers for one machine: one answer for each side of each sensor with limits; none if nothing is known. */
  of(site: string, machine: string): TimeToLimit[] {
    return this.byKey.get(`${site}/${machine}`)?.timesToLimits() ?? [];
  }

  /** Answers for many machines, without holding up anything else for long. */
  async ofAll(machines: readonly { site: string; machine: string }[]): Promise<TimeToLimit[][]> {
    const all: TimeToLimit[][] = [];
    for (const { site, machine } of machines) {
      all.push(this.of(site, machine));
      if (all.length % turnMachines === 0) await nextTurn();
    }
    return all;
  }

  restore(saved: readonly SavedMachine[]): void {
    for (const { key, sensors } of saved) {
      if (this.sensors + sensors.length > this.sensorsMax) return;
      this.add(key, new Map(sensors.map(([name, level]) => [name, new LevelMemory(level.minute, level)])));
      this.sensors += sensors.length;
    }
  }

  /** The machines that are known now, each as it is when it is asked for. */
  *saved(): Generator<SavedMachine> {
    // A list of its own: the map may grow for as long as somebody goes through it.
    for (const levels of [...this.byKey.values()]) {
      levels.close();
      const { key, memories } = levels;
      if (memories.size > 0)
        yield { key, sensors: [...memories].map(([name, memory]) => [name, memory.save()]) };
    }
  }

  stats(): LevelsStats {
    return { machines: this.byKey.size, sensors: this.sensors, refused: this.refused };
  }

  private add(key: string, memories: Map<string, LevelMemory>): MachineLevels {
    const give = (sensors: number) => {
      this.sensors -= sensors;
    };
    const levels = new MachineLevels(key, memories, { take: () => this.mayAdd(), give });
    this.byKey.set(key, levels);
    return levels;
  }

  private mayAdd(): boolean {
    if (this.sensors >= this.sensorsMax && !this.forgetOne()) {
      this.refused++;
      return false;
    }
    this.sensors++;
    return true;
  }

  /** Makes room: the levels of a machine without a window are not needed now. */
  private forgetOne(): boolean {
    const key = this.rounds.find(({ isWatched, memories }) => !isWatched && memories.size > 0);
    return key !== null && this.forget(key);
  }
}
