import { type Clock, nextTurn, type Timer } from './clock.ts';

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

/** A timer in a heap: the earliest first, and of those due at the same time the one that was set first. */
class Pending implements Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly fn: () => void;
  isCancelled = false;

  constructor(dueMs: number, order: number, fn: () => void) {
    this.dueMs = dueMs;
    this.order = order;
    this.fn = fn;
  }

  cancel(): void {
    this.isCancelled = true;
  }

  isBefore(other: Pending): boolean {
    return this.dueMs < other.dueMs || (this.dueMs === other.dueMs && this.order < other.order);
  }
}

/** The timers that wait. Cancelled ones leave when they would have been due, or when they are the most. */
class PendingHeap {
  private heap: Pending[] = [];
  private lean = 64;

  add(timer: Pending): void {
    if (this.heap.length >= this.lean) this.clear();
    const { heap } = this;
    let at = heap.length;
    for (let parent = (at - 1) >> 1; at > 0 && timer.isBefore(heap[parent]!); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  /** Removes and returns the first timer that is due by then. */
  take(untilMs: number): Pending | undefined {
    for (let [first] = this.heap; first && first.dueMs <= untilMs; [first] = this.heap) {
      this.removeFirst();
      if (!first.isCancelled) return first;
    }
    return undefined;
  }

  private removeFirst(): void {
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.sink(0, last);
  }

  private sink(from: number, timer: Pending): void {
    const { heap } = this;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.isBefore(heap[child]!)) child++;
      if (!heap[child]!.isBefore(timer)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = timer;
  }

  private clear(): void {
    const kept = this.heap.filter(({ isCancelled }) => !isCancelled);
    kept.sort((a, b) => (a.isBefore(b) ? -1 : 1));
    this.heap = kept;
    this.lean = Math.max(64, 2 * kept.length);
  }
}

/** `settled` resolves when the effects of a timer have settled. */
export function manualClock(startMs = Date.UTC(2026, 0, 1), settled = nextTurn): ManualClock {
  let monotonicMs = 0;
  let wallOffsetMs = startMs;
  let order = 0;
  const pending = new PendingHeap();
  function fireNext(untilMs: number): boolean {
    const timer = pending.take(untilMs);
    if (!timer) return false;
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
      const timer = new Pending(monotonicMs + Math.max(0, delayMs), order++, fn);
      pending.add(timer);
      return timer;
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
