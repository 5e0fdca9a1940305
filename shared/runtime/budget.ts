/** Work that has a limited time, whether it waits or computes. */
import { createContext, Script } from 'node:vm';
import type { Clock, Timer } from './clock.ts';

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

/** Runs work. Returns false if it was ended before it was done, because it took too long. */
export type TimeLimited = (work: () => void) => boolean;

/**
 * Returns a function that ends work which runs longer than `limitMs`. A thread of Node watches the time and ends the
 * JavaScript of the calling thread, a loop or a pattern without end included; the calling thread then goes on. The work
 * gets no chance to clean up: neither `catch` nor `finally` runs. A built-in function is ended only when it returns.
 * Errors that the work throws are thrown. It costs about 30 µs, so it is used for a batch rather than for a message.
 */
export function timeLimited(limitMs: number): TimeLimited {
  const context: { work: () => void } = { work() {} };
  createContext(context);
  const script = new Script('work()');
  return (work) => {
    context.work = work;
    try {
      script.runInContext(context, { timeout: limitMs });
      return true;
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
      throw error;
    } finally {
      context.work = () => {};
    }
  };
}

/** Runs work without a limit: for a simulation, whose own time does not pass meanwhile. */
export const unlimited: TimeLimited = (work) => {
  work();
  return true;
};
