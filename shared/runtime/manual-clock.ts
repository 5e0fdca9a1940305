import { type Clock, nextTurn } from './clock.ts';

/** A clock that stands still until it is moved, used by simulations and tests. */
export interface ManualClock extends Clock {
  /**
   * Moves time on by `byMs` and runs the timers that come due, in order, each after the effects of the previous one
   * have settled.
   */
  advance(byMs: number): Promise<void>;
  /**
   * Moves time on in the same way, but synchronously: the effects of one timer do not settle before the next one runs.
   */
  advanceNow(byMs: number): void;
  /**
   * Moves time to the next timer, runs it, and lets its effects settle. Returns false if there is none until `untilMs`.
   */
  step(untilMs?: number): Promise<boolean>;
  /** Sets the wall clock without letting time pass, as NTP does. */
  setWall(nowMs: number): void;
}

interface Pending {
  dueMs: number;
  fn: () => void;
}

/** `settled` resolves when the effects of a timer have settled. */
export function manualClock(startMs = Date.UTC(2026, 0, 1), settled = nextTurn): ManualClock {
  let monotonicMs = 0;
  let wallOffsetMs = startMs;
  const pending = new Set<Pending>();
  const nextDue = (untilMs: number): Pending | undefined => {
    let first: Pending | undefined;
    for (const timer of pending) {
      if (timer.dueMs <= untilMs && (!first || timer.dueMs < first.dueMs)) first = timer;
    }
    return first;
  };
  function fireNext(untilMs: number): boolean {
    const timer = nextDue(untilMs);
    if (!timer) return false;
    pending.delete(timer);
    monotonicMs = Math.max(monotonicMs, timer.dueMs);
    timer.fn();
    return true;
  }
  async function step(untilMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (!fireNext(untilMs)) return false;
    await settled();
    return true;
  }
  return {
    step,
    nowMs: () => wallOffsetMs + monotonicMs,
    monotonicMs: () => monotonicMs,
    setTimer(delayMs, fn) {
      const timer = { dueMs: monotonicMs + Math.max(0, delayMs), fn };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    async advance(byMs) {
      const untilMs = monotonicMs + byMs;
      await settled();
      while (await step(untilMs));
      monotonicMs = untilMs;
    },
    advanceNow(byMs) {
      const untilMs = monotonicMs + byMs;
      while (fireNext(untilMs));
      monotonicMs = untilMs;
    },
    setWall(nowMs) {
      wallOffsetMs = nowMs - monotonicMs;
    },
  };
}
