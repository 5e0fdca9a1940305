import type { Clock } from '../../shared/runtime/clock.ts';

const failuresFree = 5;
const blockFirstMs = 1_000;
const blockMaxMs = 60_000;
/** A source that has been quiet for so long starts afresh. */
const forgetMs = 600_000;
const sourcesMax = 10_000;

/** Slows down guessing: after a few failures a source is blocked, for twice as long each time. The table is bounded. */
export class Throttle {
  private readonly sources = new Map<string, { failures: number; lastMs: number }>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  blocked(source: string): boolean {
    const known = this.sources.get(source);
    if (!known || known.failures < failuresFree) return false;
    const blockMs = Math.min(blockMaxMs, blockFirstMs * 2 ** (known.failures - failuresFree));
    return this.clock.monotonicMs() - known.lastMs < blockMs;
  }

  failed(source: string): void {
    const nowMs = this.clock.monotonicMs();
    const known = this.sources.get(source);
    const failures = known && nowMs - known.lastMs < forgetMs ? known.failures + 1 : 1;
    this.sources.delete(source); // to the end: the table's order is that of the last failure
    this.sources.set(source, { failures, lastMs: nowMs });
    if (this.sources.size > sourcesMax) this.sources.delete(this.sources.keys().next().value!);
  }

  succeeded(source: string): void {
    this.sources.delete(source);
  }
}
