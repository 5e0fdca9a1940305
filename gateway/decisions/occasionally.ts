import type { Clock } from '../../shared/runtime/clock.ts';

/** Says true at most once in `everyMs`: for log lines that would otherwise come with every batch. */
export function occasionally(clock: Clock, everyMs: number): () => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs < everyMs) return false;
    lastMs = nowMs;
    return true;
  };
}
