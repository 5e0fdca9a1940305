import type { Random } from './random.ts';

export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
}

/** Capped exponential delay with jitter in its upper half: in [d/2, d) with d = min(maxMs, firstMs·2^attempt). */
export function backoffMs(attempt: number, options: BackoffOptions, random: Random): number {
  const ceiling = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (random.next() * ceiling) / 2;
}
