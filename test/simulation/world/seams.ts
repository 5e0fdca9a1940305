/**
 * The seams of a simulated run: the dependencies that product code is given, and that a test may replace by a faulty
 * version. They are the product's own ports and constructor parameters, so a seam that the product loses does not
 * compile.
 */
import type { BatchLog, BatchSink } from '../../../cloud/ports/log.ts';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import type { DeadLetters } from '../../../gateway/deadletters/dead-letters.ts';
import type { RecentReadings } from '../../../gateway/decode/identity/recent-readings.ts';
import type { JournalFs } from '../../../gateway/journal/fs.ts';
import type { JournalOptions, JournalSet } from '../../../gateway/journal/journal-set.ts';
import type { DataPlane } from '../../../gateway/pipeline/plane.ts';
import type { CloudLink } from '../../../gateway/ports/uplink.ts';
import type { RefusedBatches } from '../../../gateway/refused-batches/refused-batches.ts';
import type { BrokerPersistence } from '../../../gateway/sources/mqtt/sessions/persistence.ts';

export type OpenJournals = (options: JournalOptions) => Promise<JournalSet>;

/** Each is called once in each life of a process, with the correct part, and returns the part to use instead. */
export interface Seams {
  disk(fs: JournalFs): JournalFs;
  journals(open: OpenJournals): OpenJournals;
  deadLetters(letters: DeadLetters): DeadLetters;
  recent(recent: RecentReadings): RecentReadings;
  sessions(sessions: BrokerPersistence): BrokerPersistence;
  link(link: CloudLink): CloudLink;
  refused(batches: RefusedBatches): RefusedBatches;
  plane(plane: DataPlane): DataPlane;
  log(log: BatchLog, sink: BatchSink): BatchLog;
  store(store: ReadingStore): ReadingStore;
}

const same = <T>(part: T): T => part;

export const sound: Seams = {
  disk: same,
  journals: same,
  deadLetters: same,
  recent: same,
  sessions: same,
  link: same,
  refused: same,
  plane: same,
  log: same,
  store: same,
};

/** Replaces the members in `changes` and passes all others on. */
export function withChanges<T extends object>(part: T, changes: Partial<T>): T {
  return new Proxy(part, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
