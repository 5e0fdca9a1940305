import type { Random } from '../../../shared/runtime/random.ts';
import type { World } from '../world/world.ts';
import type { Crossing } from './schedule.ts';
import { type Level, values as levels, noiseShare, type SensorName } from './site/types.ts';

/** A reading, as its device wrote it down. */
export interface Measured {
  n: number;
  machine: string;
  /** True time, ms since the start. */
  atMs: number;
  /** By the clock of its device, ms since 1970; null if it wrote none. */
  timeMs: number | null;
  values: Partial<Record<SensorName, number>>;
  handed: number;
  isAcked: boolean;
}

/** The truth of machines: what they do, and everything that was measured. */
export class TruthBook {
  readonly measured: Measured[] = [];
  private readonly world: World;
  private readonly crossings: readonly Crossing[];
  private readonly random: Random;

  constructor(world: World, crossings: readonly Crossing[]) {
    this.world = world;
    this.crossings = crossings;
    this.random = world.random('truth');
  }

  levelOf(machine: string, sensor: SensorName, atMs = this.world.nowMs): Level {
    const crossing = this.crossings.find(
      (each) => each.machine === machine && each.sensor === sensor && each.fromMs <= atMs && atMs < each.toMs,
    );
    return crossing?.level ?? 'ok';
  }

  measure(machine: string, sensors: readonly SensorName[], timeMs: number | null): Measured {
    const values: Measured['values'] = {};
    for (const sensor of sensors) {
      const mean = levels[sensor][this.levelOf(machine, sensor)];
      const value = mean * (1 + noiseShare * (2 * this.random.next() - 1));
      values[sensor] = Number(value.toPrecision(5));
    }
    const measured = {
      ...{ n: this.measured.length, machine, atMs: this.world.nowMs, timeMs, values },
      ...{ handed: 0, isAcked: false },
    };
    this.measured.push(measured);
    return measured;
  }
}
