import type { Clock } from '../../../shared/runtime/clock.ts';

/**
 * The clock of one life of a process: after `end` none of its timers fires, so none of its code ever continues.
 * With `slackMs`, timers fire up to that much later than they should, as on a busy computer: a loop that looks every
 * five seconds would otherwise take most of the time of a simulated year.
 */
export class Life {
  readonly clock: Clock;
  private isOver = false;

  constructor(world: Clock, slackMs = 0) {
    const delayOf = (delayMs: number) => {
      if (slackMs === 0) return delayMs;
      const nowMs = world.monotonicMs();
      return Math.ceil((nowMs + delayMs) / slackMs) * slackMs - nowMs;
    };
    this.clock = {
      nowMs: () => world.nowMs(),
      monotonicMs: () => world.monotonicMs(),
      setTimer: (delayMs, fn) => {
        if (this.isOver) return { cancel: () => undefined };
        return world.setTimer(delayOf(delayMs), () => {
          if (!this.isOver) fn();
        });
      },
    };
  }

  end(): void {
    this.isOver = true;
  }
}
