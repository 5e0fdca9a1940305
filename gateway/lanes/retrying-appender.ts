import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Block, Journal } from '../ports/journal.ts';

export interface RetryingAppenderOptions {
  patienceMs: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** Aborted when the gateway stops, which ends all retries. */
  stopping: AbortSignal;
}

interface Entry {
  /** Number of the call of `append`; the calls' order is kept. */
  position: number;
  block: Omit<Block, 'seq'>;
  untilMs: number;
  resolve(seq: number): void;
  reject(error: unknown): void;
}

const retry = { firstMs: 20, maxMs: 1_000 };

/**
 * Appends to one lane with retries: while the disk is full or failing, senders wait, because the trouble is often
 * short. Order is kept: blocks behind a failed one wait and are retried behind it. Bounded by the callers, who limit
 * their blocks in flight.
 */
export class RetryingAppender {
  private readonly journal: Journal;
  private readonly deps: RetryingAppenderOptions;
  /** Blocks that failed, and those that wait behind them. Empty while the disk works. */
  private held: Entry[] = [];
  private appended = 0;
  private retrying = false;
  /** Why the journal cannot be written at the moment; null while it can. */
  trouble: string | null = null;

  constructor(journal: Journal, deps: RetryingAppenderOptions) {
    this.journal = journal;
    this.deps = deps;
  }

  /** Resolves with the block's seq once it is durable. @throws the journal's error once the patience is exhausted */
  append(block: Omit<Block, 'seq'>): Promise<number> {
    const { clock, patienceMs } = this.deps;
    return new Promise((resolve, reject) => {
      const untilMs = clock.monotonicMs() + patienceMs;
      const entry = { position: this.appended++, block, untilMs, resolve, reject };
      if (this.retrying) this.held.push(entry);
      else void this.tryOnce(entry);
    });
  }

  /**
   * Resolves with true once the entry is settled. The journal fails blocks queued behind a failed one together with it.
   */
  private async tryOnce(entry: Entry): Promise<boolean> {
    try {
      entry.resolve(await this.journal.append(entry.block));
      return true;
    } catch (error) {
      if (!this.isHopeful(entry, error)) {
        entry.reject(error);
        return true;
      }
      this.held.push(entry);
      if (!this.retrying) void this.retryAll(error);
      return false;
    }
  }

  private isHopeful(entry: Entry, error: unknown): boolean {
    const { clock, stopping } = this.deps;
    const mayHelp = error instanceof HarbingerError && error.retry;
    return mayHelp && !stopping.aborted && clock.monotonicMs() < entry.untilMs;
  }

  private async retryAll(cause: unknown): Promise<void> {
    const { clock, random, log, stopping } = this.deps;
    this.retrying = true;
    this.trouble = messageOf(cause);
    log.error(
      { lane: this.journal.lane, cause: messageOf(cause) },
      'journal cannot be written; senders wait',
    );
    let attempt = 0;
    for (let failing = true; this.held.length > 0; ) {
      if (failing) await sleep(clock, backoffMs(attempt++, retry, random), stopping);
      const entries = this.held.splice(0).sort((a, b) => a.position - b.position);
      const settled = await Promise.all(entries.map((entry) => this.tryOnce(entry)));
      failing = settled.includes(false);
    }
    this.retrying = false;
    this.trouble = null;
  }
}
