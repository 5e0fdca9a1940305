import { type BackoffOptions, backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { ReadingStore, StoreBatch, StoreOutcome } from '../ports/store.ts';

export interface StoreWriterDeps {
  store: ReadingStore;
  clock: Clock;
  random: Random;
  /** How long to try in all. Then the caller closes the connection, and the gateway sends the batch again later. */
  waitMsMax: number;
  onRetry: (error: unknown) => void;
}

const backoff: BackoffOptions = { firstMs: 100, maxMs: 5_000 };

/**
 * Writes a batch, and tries again while the store is away, until `alive` aborts.
 * @throws HarbingerError STORE_UNAVAILABLE (retry) after `waitMsMax`; errors without `retry` from the store at once
 */
export async function writeUntilStored(
  batch: StoreBatch,
  deps: StoreWriterDeps,
  alive: AbortSignal,
): Promise<StoreOutcome> {
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  const timer = deps.clock.setTimer(deps.waitMsMax, stop);
  alive.addEventListener('abort', stop, { once: true });
  if (alive.aborted) stop();
  let last: unknown = new Error('it did not answer');
  try {
    for (let attempt = 0; !giveUp.signal.aborted; attempt++) {
      try {
        return await orAborted(deps.store.write(batch, giveUp.signal), giveUp.signal);
      } catch (error) {
        if (error instanceof HarbingerError && !error.retry) throw error;
        if (error !== aborted) last = error;
        deps.onRetry(last);
      }
      await sleep(deps.clock, backoffMs(attempt, backoff, deps.random), giveUp.signal);
    }
  } finally {
    timer.cancel();
    alive.removeEventListener('abort', stop);
  }
  throw new HarbingerError(
    'STORE_UNAVAILABLE',
    'store',
    `batch not stored within ${deps.waitMsMax} ms: ${messageOf(last)}; the gateway keeps it and sends it again`,
    { retry: true, cause: last },
  );
}

const aborted = new Error('aborted');

/** Ends the wait even for a store that ignores its signal. What such a store still writes is written twice, harmlessly. */
function orAborted<T>(writing: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted);
    signal.addEventListener('abort', stop, { once: true });
    writing.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
