/**
 * The runtime (shared/runtime): what code asks of the process that runs it: clock, timers, chance, log, errors,
 * validation. Every room may import it, and it imports none. Time and chance are injected from here, so that a
 * simulation can replace them.
 */

/** A clock. It is injected wherever logic depends on time, so that a simulation can drive it. */
export interface Clock {
  /** Wall clock, ms since 1970. May jump either way. */
  nowMs(): number;
  /**
   * False while the wall clock is evidently not set, and merely continues from the newest known time. If absent, the
   * clock is set.
   */
  isSet?(): boolean;
  /** Ms, fractional. Never goes back; only differences are meaningful. */
  monotonicMs(): number;
  /** Calls `fn` once after `delayMs`. Does not keep the process alive. */
  setTimer(delayMs: number, fn: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, fn) {
    const handle = setTimeout(fn, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** A clock with an earlier time has not been set: boards without a battery begin at 1970 or 2000. */
export const earliestMs = Date.UTC(2024, 0, 1);

/**
 * A wall clock for a computer that may boot without knowing the time. Until `system` is set, time continues from
 * `newestMs`, the newest time known from before (or `earliestMs`, if that is later). Once it is set, it is followed,
 * forwards or backwards.
 */
export function continuedClock(system: Clock, newestMs: number): Clock & { isSet(): boolean } {
  const beganMs = system.monotonicMs();
  const floorMs = Math.max(newestMs, earliestMs);
  return {
    nowMs() {
      const nowMs = system.nowMs();
      return nowMs >= earliestMs ? nowMs : floorMs + Math.floor(system.monotonicMs() - beganMs);
    },
    isSet: () => system.nowMs() >= earliestMs,
    monotonicMs: () => system.monotonicMs(),
    setTimer: (delayMs, fn) => system.setTimer(delayMs, fn),
  };
}

/** Resolves after `delayMs`, or at once when `signal` aborts. It never rejects: the caller checks its signal. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Calls `fn` every `periodMs`, first after one period, until it is cancelled. */
export function every(clock: Clock, periodMs: number, fn: () => void): Timer {
  let timer = clock.setTimer(periodMs, tick);
  function tick() {
    timer = clock.setTimer(periodMs, tick);
    fn();
  }
  return { cancel: () => timer.cancel() };
}

/** Looks after something again and again: one look at a time, and its end waits for the look that is under way. */
export class RegularLook {
  private readonly clock: Clock;
  private readonly periodMs: number;
  private readonly work: () => Promise<void>;
  private timer: Timer | null = null;
  private looking: Promise<void> | null = null;

  /** @param work must not reject */
  constructor(clock: Clock, periodMs: number, work: () => Promise<void>) {
    this.clock = clock;
    this.periodMs = periodMs;
    this.work = work;
  }

  /** Looks first after one period. */
  async start(): Promise<void> {
    this.timer = every(this.clock, this.periodMs, () => void this.look());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.looking;
  }

  /** Looks now; while a look is under way, resolves with that one. */
  look(): Promise<void> {
    this.looking ??= this.work().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }
}

/**
 * Calls `fn` in the next turn of the event loop: when the work that is queued now has run, and what has arrived meanwhile
 * has been read. No time passes on a clock.
 */
export function onNextTurn(fn: () => void): void {
  setImmediate(fn);
}

export const nextTurn = (): Promise<void> => new Promise((resolve) => onNextTurn(resolve));

/** Keeps the process alive until it is cancelled, which the timers of a clock do not. */
export function holdProcess(): Timer {
  const handle = setInterval(() => undefined, 2 ** 30);
  return { cancel: () => clearInterval(handle) };
}
