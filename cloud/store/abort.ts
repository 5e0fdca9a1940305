import { setMaxListeners } from 'node:events';

/** Calls `fn` once when `signal` aborts, at once if it has. Returns how to stop that. One signal may have many. */
export function onAbort(signal: AbortSignal | undefined, fn: () => void): () => void {
  if (!signal) return () => undefined;
  if (signal.aborted) fn();
  else setMaxListeners(0, signal);
  signal.addEventListener('abort', fn, { once: true });
  return () => signal.removeEventListener('abort', fn);
}
