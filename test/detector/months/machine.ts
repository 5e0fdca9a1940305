import { gaussian, type Random } from '../../../shared/runtime/random.ts';

export const dayMinutes = 1_440;

/** One machine as it runs. */
export interface MadeMachine {
  /** By sensor: how much it varies for reasons that no other sensor shows, in its own unit. A fault of 1 is as large. */
  readonly deviations: readonly number[];
  /** The values in a minute, `step` minutes after those before; NaN where one is missing; null while it sends nothing. */
  row(minute: number, step: number): Float64Array | null;
}

export interface MachineKind {
  name: string;
  make(random: Random): MadeMachine;
}

/** A value that wanders about 0 with deviation 1, and forgets in so many minutes. */
export function wandering(random: Random, minutes: number): (step: number) => number {
  let at = gaussian(random);
  return (step) => {
    const kept = Math.exp(-step / minutes);
    at = kept * at + Math.sqrt(1 - kept * kept) * gaussian(random);
    return at;
  };
}

/** A value that follows another with a delay of so many minutes. */
export function following(minutes: number, from: number): (target: number, step: number) => number {
  let at = from;
  return (target, step) => {
    at += (target - at) * Math.min(1, step / minutes);
    return at;
  };
}

/** A choice that lasts for some time, drawn again when that is over. */
export function lasting<T>(
  random: Random,
  draw: () => T,
  [least, most]: readonly [number, number],
): (step: number) => T {
  let left = 0;
  let now = draw();
  return (step) => {
    left -= step;
    if (left <= 0) {
      now = draw();
      left = least + (most - least) * random.next();
    }
    return now;
  };
}

/** 1 at the peak of a season of so many minutes, −1 half of it later. */
export const season = (minute: number, minutes: number, peak = 0): number =>
  Math.cos((2 * Math.PI * (minute - peak)) / minutes);

export const oneOf = <T>(random: Random, all: readonly T[]): T =>
  all[Math.floor(all.length * random.next())]!;

export const clamped = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

export const isWeekend = (minute: number): boolean => Math.floor(minute / dayMinutes) % 7 > 4;
