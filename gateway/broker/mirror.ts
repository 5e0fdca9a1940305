import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import {
  type DecodedRecord,
  decodeRecord,
  type OpenedStore,
  type Store,
  type StoreOperation,
} from './store.ts';

/** Something that is held in memory and mirrored on disk. */
export interface Mirrored {
  /** Takes in what an earlier process left; false where it is not this one's, or cannot be understood. */
  load(key: string, record: DecodedRecord): boolean;
  /** All that should be on disk. */
  records(): Iterable<[key: string, value: Buffer]>;
}

/** After a write that failed, between two attempts to bring the disk up to what is in memory. */
const healMs = 1_000;

/** The disk's copy of what is right in memory. It may fall behind; then it follows when it can. */
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

  /** Fills `parts` with what there is; from now on the disk should have what they have. */
  begin(parts: readonly Mirrored[], records: OpenedStore['records']): void {
    let unreadable = 0;
    for (const [key, value] of records) {
      const record = decodeRecord(value);
      const known = record && parts.some((part) => part.load(key, record));
      if (!known) unreadable += 1;
    }
    if (unreadable > 0)
      this.log.error({ unreadable }, 'broker records could not be understood and are left out');
    this.store.contents = function* () {
      for (const part of parts) yield* part.records();
    };
  }

  /** Resolves when it is written, or has failed, which is counted and told; never rejects. */
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
        () => this.log.info('sessions are kept on disk again, as they are now'),
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
