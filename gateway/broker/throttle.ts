import type { Clock } from '../../shared/runtime/clock.ts';

const failuresFree = 5;
const blockFirstMs = 1_000;
const blockMaxMs = 60_000;
/** A source that has been quiet for so long starts afresh. */
const forgetMs = 600_000;
const sourcesMax = 10_000;

interface Source {
  failures: number;
  lastFailureMs: number;
  trusted: boolean;
}

/**
 * Slows down guessing: after a few failures a source is blocked, for twice as long each time. A source that has once
 * been right is trusted: one wrong sensor does not lock out the others behind its address. The table is bounded.
 */
export class Throttle {
  private readonly sources = new Map<string, Source>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  blocked(source: string): boolean {
    const known = this.sources.get(source);
    if (!known || known.failures < failuresFree) return false;
    const blockMs = Math.min(blockMaxMs, blockFirstMs * 2 ** (known.failures - failuresFree));
    return this.clock.monotonicMs() - known.lastFailureMs < blockMs;
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

  /** The table is in order of last use; when it is full, who was not seen for longest is forgotten. */
  private note(name: string, source: Source): void {
    this.sources.delete(name);
    this.sources.set(name, source);
    if (this.sources.size > sourcesMax) this.sources.delete(this.sources.keys().next().value!);
  }
}
