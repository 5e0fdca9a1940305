import type { BreakerState, OpenedBy } from './breaker.ts';
import type { FallbackCause, Mode } from './policy.ts';

/** Upper bounds of the latency buckets, ms; one more bucket counts everything above the last. */
export const latencyBucketsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000] as const;

/** Counters of one governed decision since the start. They count inputs, except `latency`, which counts batches. */
export interface DecisionStats {
  name: string;
  decided: Record<Mode, number>;
  /** Number of decided inputs by policy. */
  byPolicy: Record<string, number>;
  causes: Record<FallbackCause, number>;
  /** Inputs left without a verdict, because the fallback failed. */
  undecided: number;
  breaker: { state: BreakerState; opened: number; openings: Record<OpenedBy, number> };
  latency: { count: number; sumMs: number; maxMs: number; buckets: number[] };
}

export function emptyStats(name: string): Omit<DecisionStats, 'breaker'> {
  return {
    name,
    decided: { active: 0, fallback: 0, override: 0 },
    byPolicy: {},
    causes: { timeout: 0, error: 0, invalid: 0, 'breaker-open': 0, busy: 0, 'no-answer': 0, override: 0 },
    undecided: 0,
    latency: { count: 0, sumMs: 0, maxMs: 0, buckets: new Array(latencyBucketsMs.length + 1).fill(0) },
  };
}

export function addLatency(stats: Pick<DecisionStats, 'latency'>, latencyMs: number): void {
  const { latency } = stats;
  latency.count += 1;
  latency.sumMs += latencyMs;
  latency.maxMs = Math.max(latency.maxMs, latencyMs);
  const bucket = latencyBucketsMs.findIndex((bound) => latencyMs <= bound);
  latency.buckets[bucket < 0 ? latencyBucketsMs.length : bucket]! += 1;
}
