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
