import { type BackoffOptions, backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { ReadingStore, StoreBatch, StoreOutcome } from '../ports/store.ts';

export interface StoreWriterDeps {
  store: ReadingStore;
  clock: Clock;
  random: Random;
  /** The total time limit. After it the caller closes the connection, and the gateway resends the batch later. */
  waitMsMax: number;
  onRetry: (error: unknown) => void;
}

const backoff: BackoffOptions = { firstMs: 100, maxMs: 5_000 };

/**
 * Writes a batch, and retries while the store is down, until `alive` aborts.
 * @throws HarbingerError STORE_UNAVAILABLE (retry) after `waitMsMax`; errors without `retry` from the store immediately
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
    `batch not stored within ${deps.waitMsMax} ms: ${messageOf(last)}; the gateway keeps it and resends it`,
    { retry: true, cause: last },
  );
}

const aborted = new Error('aborted');

/** Stops waiting even for a store that ignores its signal. A write that such a store completes later is harmless. */
function orAborted<T>(writing: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted);
    signal.addEventListener('abort', stop, { once: true });
    writing.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
