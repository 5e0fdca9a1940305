import { setMaxListeners } from 'node:events';

/** Calls `fn` once when `signal` aborts, immediately if it has. Returns how to cancel. One signal may have many listeners. */
export function onAbort(signal: AbortSignal | undefined, fn: () => void): () => void {
  if (!signal) return () => undefined;
  if (signal.aborted) fn();
  else setMaxListeners(0, signal);
  signal.addEventListener('abort', fn, { once: true });
  return () => signal.removeEventListener('abort', fn);
}
