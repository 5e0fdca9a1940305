/**
 * Time, chance and the order of everything in a simulated run (test/simulation/world). Everything happens in timers on
 * one manual clock, and all promises settle between two timers. So a run is a list of steps that depends only on its
 * schedule.
 */
import { crc32 } from 'node:zlib';
import type { Clock, Timer } from '../../../shared/runtime/clock.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';

/** Lines of the trace that are kept to be shown. All lines go into its fingerprint. */
const traceKept = 400;
/** A schedule takes some thousand steps. A program that takes more than this is assumed to loop for ever. */
const stepsMax = 200_000;

export interface WorldOptions {
  /** In place of the usual limit of steps. */
  stepsMax?: number;
  /** Resolves when what a step has begun outside microtasks is done too, such as files that are written in real time. */
  settled?(): Promise<void>;
}

/**
 * A turn of the event loop is expensive, and most steps settle within microtasks. The turns in between reveal unhandled
 * rejections.
 */
const stepsPerTurn = 8;

/** A callback that is called after a number of steps, or at the nth operation of a name. */
interface Armed {
  operation: string | null;
  left: number;
  fire: () => void;
}

export class World {
  readonly clock = manualClock(undefined, () => this.options.settled?.() ?? this.settled());
  steps = 0;
  /** Fingerprint of everything noted so far. */
  fingerprint = 0;
  readonly trace: string[] = [];
  /** Number of the next connection between a sensor and the gateway. */
  nextConnection = 1;
  private readonly seed: number;
  private readonly options: WorldOptions;
  private armed: Armed[] = [];
  private settlings = 0;

  constructor(seed: number, options: WorldOptions = {}) {
    this.seed = seed;
    this.options = options;
  }

  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  /** A random source for one actor: the draws of one actor do not change those of another. */
  random(actor: string): Random {
    return seededRandom(crc32(actor, this.seed >>> 0));
  }

  /** True time of day, in whole ms like computers report it. */
  get wallMs(): number {
    return Math.floor(this.clock.nowMs());
  }

  process(name: string, wallOffset: () => number = () => 0): Process {
    return new Process(this, name, wallOffset);
  }

  note(text: string): void {
    const line = `${this.nowMs.toFixed(3)} ${text}`;
    this.fingerprint = crc32(line, this.fingerprint);
    this.trace.push(line);
    if (this.trace.length > 2 * traceKept) this.trace.splice(0, traceKept);
  }

  after(delayMs: number, fn: () => void): Timer {
    return this.clock.setTimer(delayMs, fn);
  }

  /** Counts from now. With `operation` null it counts steps. */
  arm(operation: string | null, count: number, fire: () => void): void {
    this.armed.push({ operation, left: count, fire });
  }

  disarm(): void {
    this.armed = [];
  }

  /** Called before an operation that a fault may wait for. */
  operation(name: string): void {
    this.countDown(name);
  }

  async step(untilMs: number): Promise<boolean> {
    if (!(await this.clock.step(untilMs))) return false;
    const { stepsMax: max = stepsMax } = this.options;
    if (++this.steps > max) throw new Error(`more than ${max} steps: the program seems to loop for ever`);
    this.countDown(null);
    return true;
  }

  async runUntil(untilMs: number): Promise<void> {
    while (await this.step(untilMs));
    await this.clock.advance(Math.max(0, untilMs - this.nowMs));
  }

  /** Everything simulated runs in microtasks, which are complete by a tick that is requested from within one. */
  private settled(): Promise<void> {
    const later = this.settlings++ % stepsPerTurn === 0 ? setImmediate : process.nextTick;
    return new Promise((resolve) => later(resolve));
  }

  private countDown(operation: string | null): void {
    if (this.armed.length === 0) return;
    for (const armed of this.armed.filter((each) => each.operation === operation)) {
      if (--armed.left > 0) continue;
      this.armed = this.armed.filter((each) => each !== armed);
      armed.fire();
    }
  }
}

/** One life of a program. After `kill` none of its timers fires, so none of its code ever continues. */
export class Process {
  alive = true;
  readonly name: string;
  readonly clock: Clock;
  private readonly timers = new Set<Timer>();

  constructor(world: World, name: string, wallOffset: () => number) {
    this.name = name;
    this.clock = {
      nowMs: () => world.wallMs + wallOffset(),
      monotonicMs: () => world.clock.monotonicMs(),
      setTimer: (delayMs, fn) => {
        if (!this.alive) return { cancel: () => undefined };
        const timer = world.clock.setTimer(delayMs, () => {
          this.timers.delete(timer);
          fn();
        });
        this.timers.add(timer);
        return {
          cancel: () => {
            this.timers.delete(timer);
            timer.cancel();
          },
        };
      },
    };
  }

  /** Resolves after a while. If the process is killed before, it never settles. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(delayMs, resolve);
    });
  }

  kill(): void {
    this.alive = false;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }
}

/**
 * A promise that never settles, for a killed program. A new one each time, because a shared one would keep its waiters.
 */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** The gap between two consecutive events: more than the rounding error of a time. */
export const momentMs = 1e-6;

/** A uniform random number in [from, to). */
export function between(random: Random, from: number, to: number): number {
  return from + random.next() * (to - from);
}

export function whole(random: Random, from: number, to: number): number {
  return Math.floor(between(random, from, to + 1));
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.next() * items.length)]!;
}
