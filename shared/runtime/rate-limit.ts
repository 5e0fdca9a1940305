import type { Clock } from './clock.ts';

/**
 * Returns a function that returns true at most once per `everyMs`, e.g. for log lines that would otherwise repeat with
 * every batch.
 */
export function rateLimit(clock: Clock, everyMs: number): () => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs < everyMs) return false;
    lastMs = nowMs;
    return true;
  };
}
