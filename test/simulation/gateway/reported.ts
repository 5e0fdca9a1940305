import { type Log, silentLog } from '../../../shared/runtime/log.ts';

/** What a gateway's log has said, as far as it is compared with what was done: over all its lives. */
export class Said {
  /** Lines dropped unread, by lane. */
  readonly dropped = new Map<string, number>();
  /** Segments dropped of which it said that their lines are not known. */
  uncounted = 0;
  /** That reading failed, and that it goes through again. */
  readonly reading = { failed: 0, well: 0 };

  log(): Log {
    const hear = (what: { lane?: string; lines?: number }, message: string) => this.hear(what, message);
    return Object.assign(Object.create(silentLog) as Log, { info: hear, warn: hear, error: hear });
  }

  private hear({ lane = '', lines = 0 }: { lane?: string; lines?: number }, message: string): void {
    if (message === 'journal full: dropped unread blocks')
      this.dropped.set(lane, (this.dropped.get(lane) ?? 0) + lines);
    if (message === 'the lines of lost blocks are not known') this.uncounted++;
    if (message === 'the journal cannot be read; it is tried again') this.reading.failed++;
    if (message === 'the journal can be read again') this.reading.well++;
  }
}
