import type { YearVerdict } from '../verdict/judge.ts';

/** A question to a worker, and its answer. */
export interface Job {
  seed: number;
  days?: number;
}

export interface Answer {
  verdict: YearVerdict;
  cpuMs: number;
}
