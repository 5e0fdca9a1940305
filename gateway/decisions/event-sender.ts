/**
 * Decisions (gateway/decisions): a folder for each kind of decision, and here what all kinds need. A decision is made
 * by the governed decision in shared/decisions, never beside it, and its events reach the outbox through this file.
 */
import { recordKnown } from '../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { withinBudget } from '../../shared/runtime/budget.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { Outbox } from '../ports/uplink.ts';

const appendMsMax = 10_000;
const warnMsMin = 10_000;
/** Beyond this many unsent events, no new decisions are made. */
const pendingMax = 10_000;

interface Entry {
  event: HarbingerEvent;
  /** If true, it is kept until it is sent. If false, it is lost (and counted) if it cannot be sent now. */
  keep: boolean;
}

/**
 * Passes events to the outbox, in order, and keeps those that must not be lost until they are durable. While one about
 * a subject is unsent, no new decision about that subject is made, which bounds their number.
 */
export class EventSender {
  private entries: Entry[] = [];
  private held = new Set<string>();
  private readonly outbox: Outbox;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly mayWarn: () => boolean;
  /** Events accepted as durable, failed attempts, and events given up. */
  readonly counts = { sent: 0, failed: 0, lost: 0 };

  constructor(outbox: Outbox, clock: Clock, log: Log) {
    this.outbox = outbox;
    this.clock = clock;
    this.log = log;
    this.mayWarn = rateLimit(clock, warnMsMin);
  }

  /** Adds which predictions are open, so that the cloud ends all others of this gateway. */
  addKnown(gateway: string, open: readonly { predictionId: string }[]): void {
    const ids = open.map(({ predictionId }) => predictionId);
    for (const event of recordKnown(gateway, 'predictions', ids, this.clock.nowMs())) this.add(event, true);
  }

  add(event: HarbingerEvent, keep: boolean): void {
    this.entries.push({ event, keep });
    if (keep && event.subject !== undefined) this.held.add(event.subject);
  }

  /** True if no new decision about `subject` may be made. */
  holds(subject: string): boolean {
    return this.held.has(subject) || this.entries.length >= pendingMax;
  }

  /** The events that must still be sent. */
  pending(): HarbingerEvent[] {
    return this.entries.flatMap((entry) => (entry.keep ? [entry.event] : []));
  }

  /**
   * Tries once to send all events that are here now, together, so that they share a commit; those that are added meanwhile
   * wait for the next time. Never rejects.
   */
  async flush(): Promise<void> {
    if (this.entries.length === 0) return;
    const trying = [...this.entries];
    const results = await Promise.allSettled(
      trying.map(({ event }) => withinBudget(() => this.outbox.event(event), appendMsMax, this.clock)),
    );
    const failed: Entry[] = [];
    let problem: unknown;
    results.forEach((result, i) => {
      if (result.status === 'fulfilled') return;
      problem = result.reason;
      // A malformed event would not be accepted later either.
      failed.push({ ...trying[i]!, keep: trying[i]!.keep && codeOf(result.reason) !== 'EVENT_INVALID' });
    });
    const again = failed.filter((entry) => entry.keep);
    const tried = new Set(trying);
    this.entries = [...again, ...this.entries.filter((entry) => !tried.has(entry))];
    this.held = new Set(this.entries.flatMap(({ event, keep }) => (keep && event.subject) || []));
    this.counts.sent += trying.length - failed.length;
    this.counts.failed += failed.length;
    this.counts.lost += failed.length - again.length;
    if (failed.length > 0 && this.mayWarn()) this.warn(failed.length, problem);
  }

  private warn(count: number, reason: unknown): void {
    this.log.warn(
      { code: 'ALERT_EVENT_UNSENT', count, kept: this.entries.length, problem: messageOf(reason) },
      'events could not be journalled; those of changes are kept, and retried with the next decisions',
    );
  }
}
