import { gaussian, type Random } from '../../../shared/runtime/random.ts';
import type { Moment } from './calendar.ts';
import type { Operation } from './operation.ts';

/** The wear of a machine; 1 and 0 when it is new. Events change it. */
export interface Wear {
  /** The level of its vibration, in parts of the level when new. */
  shake: number;
  /** The scatter of its vibration from minute to minute, likewise. */
  scatter: number;
  /** Excess temperature of its bearings, K. */
  heat: number;
}

/** The value of one sensor in one minute. */
export type SensorModel = (operation: Operation, at: Moment, wear: Wear) => number;

const speedShare = [0, 0.7, 0.85, 1];

/** Vibration, mm/s RMS: a machine shakes for two minutes while it passes the resonances of its start. */
export function vibration(random: Random, level: number, startPeak = 1): SensorModel {
  return ({ isRunning, speed, load, minutesSince }, _, { shake, scatter }) => {
    if (!isRunning) return Math.abs(0.08 + 0.02 * gaussian(random));
    const start = minutesSince < 2 ? startPeak : 1;
    const noise = 1 + 0.06 * scatter * gaussian(random);
    return Math.max(0.02, level * speedShare[speed]! * (0.8 + 0.2 * load) * shake * start * noise);
  };
}

/** A temperature that follows load and surroundings slowly. @param rise above them at full load, K */
export function temperature(
  random: Random,
  rise: number,
  { minutes = 45, season = 6 }: { minutes?: number; season?: number } = {},
): SensorModel {
  let value = Number.NaN;
  return ({ isRunning, speed, load }, at, { heat }) => {
    const target = surroundings(at, season) + (isRunning ? rise * speedShare[speed]! * load + heat : 0);
    value = Number.isNaN(value) ? target : value + (target - value) / minutes;
    return value + 0.25 * gaussian(random);
  };
}

/** The temperature of a hall, °C: coldest in the middle of January, warmest in the afternoon. */
function surroundings({ partOfYear, minuteOfDay }: Moment, season: number): number {
  return (
    19 -
    season * Math.cos(2 * Math.PI * (partOfYear - 0.04)) -
    2.5 * Math.cos((2 * Math.PI * (minuteOfDay - 180)) / 1_440)
  );
}

/** A temperature that is held at a set point for each product while the machine runs. */
export function heldTemperature(random: Random, setPoints: readonly number[], minutes = 30): SensorModel {
  let value = Number.NaN;
  return ({ isRunning, product }, at) => {
    const target = isRunning ? setPoints[product]! : surroundings(at, 6);
    value = Number.isNaN(value) ? target : value + (target - value) / minutes;
    return value + 0.6 * gaussian(random);
  };
}

/** A current, A: five times as high in the minute in which a motor starts. */
export function current(random: Random, level: number, startPeak = 5): SensorModel {
  return ({ isRunning, speed, load, minutesSince }) => {
    if (!isRunning) return Math.abs(0.05 * gaussian(random));
    const start = minutesSince < 1 ? startPeak : 1;
    return level * speedShare[speed]! * load * start * (1 + 0.03 * gaussian(random));
  };
}

/** A pressure, bar, that depends a little on load. */
export function pressure(random: Random, level: number): SensorModel {
  return ({ isRunning, load }) => (isRunning ? level * (1.1 - 0.1 * load) : 0.1) + 0.05 * gaussian(random);
}

/** A shaft speed, 1/min. */
export function shaftSpeed(random: Random, level: number): SensorModel {
  return ({ isRunning, speed }) => (isRunning ? level * speedShare[speed]! + 4 * gaussian(random) : 0);
}

/** 1 while the machine runs. */
export function runningState(): SensorModel {
  return ({ isRunning }) => (isRunning ? 1 : 0);
}

/** A lifetime counter that starts again at `wrapsAt`, as counters of 16 bits do. */
export function counter(random: Random, perMinute: number, wrapsAt: number): SensorModel {
  let count = Math.floor(wrapsAt * random.next());
  return ({ isRunning, speed }) => {
    if (isRunning) count = (count + Math.round(perMinute * speedShare[speed]!)) % wrapsAt;
    return count;
  };
}

/** A counter of parts that begins at 0 with each product. */
export function batchCounter(perMinute: number): SensorModel {
  let count = 0;
  return ({ isRunning, speed, minutesOfProduct }) => {
    if (minutesOfProduct === 0) count = 0;
    if (isRunning) count += Math.round(perMinute * speedShare[speed]!);
    return count;
  };
}
