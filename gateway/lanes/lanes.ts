/**
 * Lanes (gateway/lanes): writes the journal's lanes in the data thread. Appends are retried, events are journalled
 * once each, estimates are gathered, losses are reported. The uplink reads what is written here, and neither imports
 * the other.
 */
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Block, Journal } from '../ports/journal.ts';
import { EstimatesBuffer } from './estimates-buffer.ts';
import { EventQueue } from './event-queue.ts';
import { RetryingAppender } from './retrying-appender.ts';

export interface LanesOptions {
  /** Maximum time, ms, for which a full or failing disk blocks senders. */
  appendPatienceMs: number;
  clock: Clock;
  random: Random;
  log: Log;
}

/**
 * Appends readings as blocks, each event once, and estimates gathered into blocks. All of them are retried while the
 * disk fails.
 */
export class Lanes {
  readonly events: EventQueue;
  readonly estimates: EstimatesBuffer;
  private readonly appenders: Record<Lane, RetryingAppender>;
  private readonly stopping = new AbortController();

  constructor(journals: Record<Lane, Journal>, options: LanesOptions) {
    const { appendPatienceMs: patienceMs, clock, random, log } = options;
    const patience = { patienceMs, clock, random, log, stopping: this.stopping.signal };
    const appender = (lane: Lane) => new RetryingAppender(journals[lane], patience);
    this.appenders = {
      events: appender('events'),
      estimates: appender('estimates'),
      readings: appender('readings'),
    };
    this.events = new EventQueue((block) => this.append('events', block));
    this.estimates = new EstimatesBuffer(
      clock,
      (block) => this.append('estimates', block),
      (error) => log.warn({ cause: messageOf(error) }, 'estimates were not journalled'),
    );
  }

  /** Resolves with the block's seq once it is durable. @throws the journal's error once the patience is exhausted */
  append(lane: Lane, block: Omit<Block, 'seq'>): Promise<number> {
    return this.appenders[lane].append(block);
  }

  /** Why the journal cannot be written at the moment, so that senders wait; null while it can. */
  get trouble(): string | null {
    return lanes.map((lane) => this.appenders[lane].trouble).find((trouble) => trouble !== null) ?? null;
  }

  /** Disables retries: blocks that fail from now on are refused at once. */
  stopRetrying(): void {
    this.stopping.abort();
  }
}
