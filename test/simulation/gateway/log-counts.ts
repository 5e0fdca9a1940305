import { type Log, silentLog } from '../../../shared/runtime/log.ts';

/** Counts log messages of a gateway over all its lives, to compare them with what happened. */
export class LogCounts {
  /** Lines dropped unread, by lane. */
  readonly dropped = new Map<string, number>();
  /** Dropped segments whose number of lines was reported as unknown. */
  uncounted = 0;
  /** Batches set aside because the cloud refused them. */
  setAside = 0;
  /** Number of messages that reading fails, and that it works again. */
  readonly reading = { failed: 0, well: 0 };

  log(): Log {
    const hear = (what: { lane?: string; lines?: number }, message?: string) => this.hear(what, message);
    return Object.assign(Object.create(silentLog) as Log, { info: hear, warn: hear, error: hear });
  }

  private hear({ lane = '', lines = 0 }: { lane?: string; lines?: number }, message?: string): void {
    if (message === 'journal full: dropped unread blocks')
      this.dropped.set(lane, (this.dropped.get(lane) ?? 0) + lines);
    if (message?.includes('it is set aside on this gateway')) this.setAside++;
    if (message === 'the lines of lost blocks are not known') this.uncounted++;
    if (message === 'the journal cannot be read; this is retried') this.reading.failed++;
    if (message === 'the journal can be read again') this.reading.well++;
  }
}
