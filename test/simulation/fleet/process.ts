import type { Clock } from '../../../shared/runtime/clock.ts';
import type { ManualClock } from '../../../shared/runtime/manual-clock.ts';
import type { Random } from '../../../shared/runtime/random.ts';

/** The wall clock of a computer, which may jump. */
export interface Wall {
  offsetMs: number;
}

/** A process: after it was killed, nothing that it began goes on. */
export class Process {
  isAlive = true;
  readonly clock: Clock;
  private readonly random: Random;

  constructor(world: ManualClock, wall: Wall, random: Random) {
    this.random = random;
    this.clock = {
      nowMs: () => Math.floor(world.nowMs()) + wall.offsetMs,
      monotonicMs: () => world.monotonicMs(),
      setTimer: (delayMs, fn) =>
        world.setTimer(delayMs, () => {
          if (this.isAlive) fn();
        }),
    };
  }

  draw(): number {
    return this.random.next();
  }

  /** Never resolves if the process is killed meanwhile. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(delayMs, resolve));
  }
}
