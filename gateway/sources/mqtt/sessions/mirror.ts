import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import {
  type DecodedRecord,
  decodeRecord,
  type OpenedStore,
  type Store,
  type StoreOperation,
} from './session-store.ts';

/** State that is held in memory and mirrored on disk. */
export interface Mirrored {
  /** Loads a record that an earlier process wrote. False if it is of another kind or is not readable. */
  load(key: string, record: DecodedRecord): boolean;
  /** All records that should be on disk. */
  records(): Iterable<[key: string, value: Buffer]>;
}

/** Interval of the attempts to bring the disk up to date after a failed write. */
const healMs = 1_000;

/** Keeps a copy on disk of state in memory. After a failed write the copy is stale until a retry succeeds. */
export class Mirror {
  writeFailures = 0;
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly log: Log;
  private healing: Timer | null = null;
  private stopped = false;

  constructor(store: Store, clock: Clock, log: Log) {
    this.store = store;
    this.clock = clock;
    this.log = log;
  }

  /** Loads `records` into `parts`, whose state the disk mirrors from now on. */
  begin(parts: readonly Mirrored[], records: OpenedStore['records']): void {
    let unreadable = 0;
    for (const [key, value] of records) {
      const record = decodeRecord(value);
      const known = record && parts.some((part) => part.load(key, record));
      if (!known) unreadable += 1;
    }
    if (unreadable > 0)
      this.log.error({ unreadable }, 'some records of the broker are not readable and were skipped');
    this.store.contents = function* () {
      for (const part of parts) yield* part.records();
    };
  }

  /** Resolves when the operations are written, or have failed, which is counted and logged. Never rejects. */
  readonly writeLater = (operations: StoreOperation[]): Promise<void> =>
    this.store.write(operations).catch((error) => {
      this.writeFailures += 1;
      if (this.writeFailures === 1 || this.writeFailures % 1_000 === 0) {
        this.log.error(
          { failures: this.writeFailures },
          `sessions are not being kept on disk: ${messageOf(error)}`,
        );
      }
      this.healLater();
    });

  private healLater(): void {
    if (this.stopped) return;
    this.healing ??= this.clock.setTimer(healMs, () => {
      this.healing = null;
      this.store.heal().then(
        () => this.log.info('sessions are kept on disk again, and the disk is up to date'),
        () => this.healLater(),
      );
    });
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.healing?.cancel();
    return this.store.close();
  }
}
