import { type DecodedRecord, decodeRecord } from '../../../../shared/files/json/json-record.ts';
import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { type RecordChange, type Records, recordBytesMax } from '../../../ports/records.ts';
import type { OpenedSessions } from './open-sessions.ts';
import { subjectOf } from './session-records.ts';

/** State that is held in memory and mirrored on disk. */
export interface Mirrored {
  /** Loads a record that an earlier process wrote. Returns false if it is of another kind or is not readable. */
  load(key: string, record: DecodedRecord): boolean;
  /** All records that should be on disk. */
  records(): Iterable<[key: string, value: Buffer]>;
}

/** Interval of the attempts to bring the disk up to date after a failed write, if nothing else is written. */
const healMs = 1_000;
/**
 * Time after a failed attempt during which writes fail without another attempt, because an attempt writes everything.
 */
const healPauseMs = 100;

/**
 * Keeps a copy on disk of state in memory. After a failed write the copy is stale; the next write then first brings all
 * of it up to date, and fails if that fails.
 */
export class Mirror {
  writeFailures = 0;
  private readonly records: Records;
  private readonly clock: Clock;
  private readonly log: Log;
  private parts: readonly Mirrored[] = [];
  private isStale = false;
  private healing: Promise<void> | null = null;
  private failedHealMs = Number.NEGATIVE_INFINITY;
  private timer: Timer | null = null;
  private stopped = false;
  /** Keys of records that are too large for the disk and were logged. */
  private readonly oversized = new Set<string>();

  constructor(records: Records, clock: Clock, log: Log) {
    this.records = records;
    this.clock = clock;
    this.log = log;
  }

  /** Loads records into `parts`, whose state the disk mirrors from now on. */
  begin(parts: readonly Mirrored[], loaded: OpenedSessions['loaded']): void {
    this.parts = parts;
    let unreadable = 0;
    for (const [key, value] of loaded) {
      const record = decodeRecord(value);
      const known = record && parts.some((part) => part.load(key, record));
      if (!known) unreadable += 1;
    }
    if (unreadable > 0)
      this.log.error({ unreadable }, 'some records of the broker are not readable and were skipped');
  }

  /**
   * Resolves when the changes are written, so that they survive the end of the process; with `sync`, when they also
   * survive a power failure. @throws HarbingerError BROKER_STORE_FAILED
   */
  readonly write = async (changes: RecordChange[], sync = false): Promise<void> => {
    try {
      const healed = this.isStale ? this.heal() : null;
      await Promise.all([healed, this.records.write(changes, sync)]);
    } catch (error) {
      this.isStale = true;
      const message = `the broker's sessions and retained messages: ${messageOf(error)}; check the disk's free space`;
      throw new HarbingerError('BROKER_STORE_FAILED', 'broker', message, { retry: true, cause: error });
    }
  };

  /** Resolves when the changes are written, or have failed, which is counted and logged. Never rejects. */
  readonly writeLater = (changes: RecordChange[]): Promise<void> =>
    this.write(changes).catch((error) => {
      this.writeFailures += 1;
      if (this.writeFailures === 1 || this.writeFailures % 1_000 === 0) {
        this.log.error(
          { failures: this.writeFailures },
          `sessions are not being kept on disk: ${messageOf(error)}`,
        );
      }
      this.healLater();
    });

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.records.stop();
  }

  /**
   * Writes everything that is in memory, and deletes all other records on disk. A record that is too large must not keep
   * the others off the disk: its older copy stays there.
   */
  private heal(): Promise<void> {
    if (this.clock.monotonicMs() - this.failedHealMs < healPauseMs)
      return Promise.reject(new Error('the disk failed a moment ago'));
    this.healing ??= this.records
      .write(this.everything(), true)
      .then(
        () => {
          this.isStale = false;
        },
        (error) => {
          this.failedHealMs = this.clock.monotonicMs();
          throw error;
        },
      )
      .finally(() => {
        this.healing = null;
      });
    return this.healing;
  }

  private everything(): RecordChange[] {
    const kept = new Set<string>();
    const changes: RecordChange[] = [];
    for (const part of this.parts) {
      for (const [key, value] of part.records()) {
        kept.add(key);
        if (this.fits(key, value)) changes.push({ key, value });
      }
    }
    const gone = [...this.records.keys()].filter((key) => !kept.has(key));
    return [...gone.map((key) => ({ key, value: null })), ...changes];
  }

  private fits(key: string, value: Buffer): boolean {
    const bytes = key.length * 3 + value.length;
    if (bytes <= recordBytesMax) {
      this.oversized.delete(key);
      return true;
    }
    if (!this.oversized.has(key))
      this.log.error(
        { ...subjectOf(key), bytes, bytesMax: recordBytesMax },
        'a record of the broker is too large for the disk: its older copy stays there, and is used after a restart',
      );
    this.oversized.add(key);
    return false;
  }

  private healLater(): void {
    if (this.stopped) return;
    this.timer ??= this.clock.setTimer(healMs, () => {
      this.timer = null;
      if (!this.isStale) return;
      this.heal().then(
        () => this.log.info('sessions are kept on disk again, and the disk is up to date'),
        () => this.healLater(),
      );
    });
  }
}
