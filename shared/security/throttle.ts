import type { Clock } from '../runtime/clock.ts';
import { networkOf } from './network-of.ts';

export interface ThrottleLimits {
  failuresFree: number;
  /** Duration of the first block; each further failure doubles it, up to the longest. */
  blockFirstMs: number;
  blockMaxMs: number;
}

const guessing: ThrottleLimits = { failuresFree: 5, blockFirstMs: 1_000, blockMaxMs: 60_000 };
/** A source without failures for this long starts afresh. */
const forgetMs = 600_000;
const sourcesMax = 10_000;

interface Source {
  failures: number;
  lastFailureMs: number;
  trusted: boolean;
}

/**
 * Slows down guessing: after a few failures a source is blocked, for twice as long each time. A source that has once
 * succeeded is trusted, and callers accept a correct attempt from it even while it is blocked, so that one failing
 * client does not lock out others behind the same address. The table is bounded.
 */
export class Throttle {
  private readonly sources = new Map<string, Source>();
  private readonly clock: Clock;
  private readonly limits: ThrottleLimits;

  constructor(clock: Clock, limits: ThrottleLimits = guessing) {
    this.clock = clock;
    this.limits = limits;
  }

  /** Remaining time of the block; 0 if the source is not blocked. */
  waitMs(source: string): number {
    const { failuresFree, blockFirstMs, blockMaxMs } = this.limits;
    const known = this.sources.get(source);
    if (!known || known.failures < failuresFree) return 0;
    const blockMs = Math.min(blockMaxMs, blockFirstMs * 2 ** (known.failures - failuresFree));
    return Math.max(0, blockMs - (this.clock.monotonicMs() - known.lastFailureMs));
  }

  trusted(source: string): boolean {
    return this.sources.get(source)?.trusted ?? false;
  }

  failed(source: string): void {
    const nowMs = this.clock.monotonicMs();
    const known = this.sources.get(source);
    const failures = known && nowMs - known.lastFailureMs < forgetMs ? known.failures + 1 : 1;
    this.note(source, { failures, lastFailureMs: nowMs, trusted: known?.trusted ?? false });
  }

  succeeded(source: string): void {
    const { failures = 0, lastFailureMs = 0 } = this.sources.get(source) ?? {};
    this.note(source, { failures, lastFailureMs, trusted: true });
  }

  /** The table is ordered by last use; when it is full, the least recently used source is removed. */
  private note(name: string, source: Source): void {
    this.sources.delete(name);
    this.sources.set(name, source);
    if (this.sources.size > sourcesMax) this.sources.delete(this.sources.keys().next().value!);
  }
}

/**
 * Returns the source that an attempt is counted for: a user at an address. For unknown user names, omit the user: these
 * then share one allowance and cannot fill the table. Of an IPv6 address only the network (/64) counts, because its
 * holder controls all of it.
 */
export function throttleSourceOf(address: string, user = ''): string {
  return `${networkOf(address)} ${user}`;
}
