import { type SavedTime, SettledTime } from '../../../../shared/bounds/settled-time.ts';
import { type DecodedRecord, decodeRecord, encodeRecord } from '../../../../shared/files/json/json-record.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { Mirrored } from './mirror.ts';
import type { OpenedSessions } from './open-sessions.ts';

const hourMs = 3_600_000;
const timeKey = 'time';
/** A session of a connected client never looks older than this part of its expiry, also after a kill. */
const refreshedPart = 0.1;

/**
 * When the session of an absent client ends, by a time that a jump of the clock does not move at once, because an expired
 * session does not come back. What is known of the time is kept over restarts: otherwise sessions would never expire on a
 * gateway that is restarted every hour.
 */
export class SessionExpiry implements Mirrored {
  private readonly time: SettledTime;
  private readonly expiryMs: number;

  constructor(clock: Clock, expiryHours: number, loaded: OpenedSessions['loaded']) {
    this.expiryMs = expiryHours * hourMs;
    this.time = new SettledTime(clock, Math.min(hourMs, this.expiryMs / 10), savedIn(loaded));
  }

  /** How often the sessions must be looked through to notice jumps of the clock. */
  get everyMs(): number {
    return this.time.observeEveryMs;
  }

  /** The time to note of a client that is seen now. */
  get seenMs(): number {
    return this.time.atMostMs;
  }

  /** Sessions of absent clients that were last seen before it have expired. */
  get beforeMs(): number {
    return this.time.atLeastMs - this.expiryMs;
  }

  /** Sessions of connected clients that were noted before it are to be noted again. */
  get refreshBeforeMs(): number {
    return this.time.atMostMs - refreshedPart * this.expiryMs;
  }

  /** The record of the time as it is known now. */
  record(): { key: string; value: Buffer } {
    return { key: timeKey, value: encodeRecord({ ...this.time.saved() }) };
  }

  /** It was read when this was made. */
  load(key: string, _record: DecodedRecord): boolean {
    return key === timeKey;
  }

  *records(): Generator<[string, Buffer]> {
    yield [timeKey, this.record().value];
  }
}

function savedIn(loaded: OpenedSessions['loaded']): Partial<SavedTime> | null {
  let saved: Partial<SavedTime> | null = null;
  for (const [key, value] of loaded) if (key === timeKey) saved = decodeRecord(value)?.head ?? null;
  return saved;
}
