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
  /** Aborted when the gateway stops: then nothing is tried again. */
  stopping: AbortSignal;
}

interface Entry {
  /** Counts the calls of `append`, whose order is kept. */
  position: number;
  block: Omit<Block, 'seq'>;
  untilMs: number;
  resolve(seq: number): void;
  reject(error: unknown): void;
}

const retry = { firstMs: 20, maxMs: 1_000 };

/**
 * Appends to one lane; a full or failing disk keeps senders waiting for a while, since a moment often cures it. Order
 * is kept: what comes behind a block that failed waits with it, and goes again behind it. Bounded by its callers, who
 * have only so much under way.
 */
export class RetryingAppender {
  private readonly journal: Journal;
  private readonly deps: RetryingAppenderOptions;
  /** The blocks that failed and those that wait behind them. Empty while the disk is well. */
  private held: Entry[] = [];
  private appended = 0;
  private retrying = false;
  /** Why the journal cannot be written at the moment; null while it can. */
  trouble: string | null = null;

  constructor(journal: Journal, deps: RetryingAppenderOptions) {
    this.journal = journal;
    this.deps = deps;
  }

  /** The block's seq once it is durable. @throws the journal's error once patience is at its end */
  append(block: Omit<Block, 'seq'>): Promise<number> {
    const { clock, patienceMs } = this.deps;
    return new Promise((resolve, reject) => {
      const untilMs = clock.monotonicMs() + patienceMs;
      const entry = { position: this.appended++, block, untilMs, resolve, reject };
      if (this.retrying) this.held.push(entry);
      else void this.tryOnce(entry);
    });
  }

  /** Resolves with true once the entry is settled. The journal fails blocks queued behind a failed one together with it. */
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
