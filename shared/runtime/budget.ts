/** Work that has a limited time, whether it waits or computes. */
import { createContext, Script } from 'node:vm';
import type { Clock, Timer } from './clock.ts';
import { threadCpuMs } from './cpu-time.ts';

/** Thrown when work did not finish within its budget. */
export class BudgetExceeded extends Error {
  constructor(budgetMs: number) {
    super(`no answer within ${budgetMs} ms`);
    this.name = 'BudgetExceeded';
  }
}

/**
 * Runs `work` for at most `budgetMs` on the given clock, then aborts its signal and throws BudgetExceeded; whatever the
 * work does afterwards is ignored. When `outer` aborts, the work is aborted too, and the reason of `outer` is thrown.
 * Answers that arrived while this thread was busy still count: expiry waits for one more turn of the timer queue, so
 * that a pause of the thread is not mistaken for slow work.
 */
export function withinBudget<T>(
  work: (signal: AbortSignal) => Promise<T>,
  budgetMs: number,
  clock: Clock,
  outer?: AbortSignal,
): Promise<T> {
  const abort = new AbortController();
  return new Promise<T>((resolve, reject) => {
    let timer: Timer;
    const giveUp = (reason: unknown) => {
      reject(reason);
      abort.abort(reason);
    };
    const expire = () => giveUp(new BudgetExceeded(budgetMs));
    const cancel = () => giveUp(outer?.reason);
    timer = clock.setTimer(budgetMs, () => {
      timer = clock.setTimer(0, expire);
    });
    outer?.addEventListener('abort', cancel, { once: true });
    if (outer?.aborted) cancel();
    // Starting inside a promise turns a synchronous throw into a rejection.
    const running = Promise.resolve().then(() => work(abort.signal));
    running.then(resolve, reject).finally(() => {
      timer.cancel();
      outer?.removeEventListener('abort', cancel);
    });
  });
}

/**
 * Runs work, which may be run again, from its start. Returns false if it was ended before it was done, because it took too
 * long at one place.
 * @param progress how far the work is: work that has got on since it was ended has a new limit
 */
export type TimeLimited = (work: () => void, progress?: () => unknown) => boolean;

/** Part of the limit for which the work must have computed: work that waits for a CPU or a disk is not without end. */
const busyShare = 0.5;
/** Longest time that `vm` can limit. */
const vmMsMax = 2 ** 31 - 1;

/**
 * Returns a function that ends work which goes on without end. A thread of Node watches the time and ends the JavaScript
 * of the calling thread, a loop or a pattern without end included; the calling thread then goes on. The work gets no
 * chance to clean up: neither `catch` nor `finally` runs. A built-in function is ended only when it returns. Errors that
 * the work throws are thrown. It costs about 30 µs, so it is used for a batch rather than for a message.
 *
 * After `limitMs` the work is ended and run again, as often as needed: it counts as endless only if it was ended twice at
 * the same place, and has computed there for half of `limitMs`. So a computer that stands still, has no CPU to give, or
 * waits for its disk never makes work count as endless, and work without end is found all the same, as each time is twice
 * as long as the one before.
 */
export function timeLimited(limitMs: number, cpuMs: () => number = threadCpuMs): TimeLimited {
  const context: { work: () => void } = { work() {} };
  createContext(context);
  const script = new Script('work()');
  const runs = (work: () => void, timeout: number): boolean => {
    context.work = work;
    try {
      script.runInContext(context, { timeout });
      return true;
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
      throw error;
    } finally {
      context.work = () => {};
    }
  };
  return (work, progress = () => 0) => {
    if (runs(work, limitMs)) return true;
    let place = progress();
    for (let timeout = limitMs; ; timeout = Math.min(2 * timeout, vmMsMax)) {
      const before = cpuMs();
      if (runs(work, timeout)) return true;
      const reached = progress();
      if (reached !== place)
        timeout = limitMs / 2; // doubled at once
      else if (cpuMs() - before >= limitMs * busyShare) return false;
      place = reached;
    }
  };
}

/** Runs work without a limit: for a simulation, whose own time does not pass meanwhile. */
export const unlimited: TimeLimited = (work) => {
  work();
  return true;
};
