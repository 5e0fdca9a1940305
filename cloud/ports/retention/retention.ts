/**
 * The ports of retention (cloud/ports/retention): what is deleted or thinned when it is old, or when there is too much.
 * Stores do it (store-retention.ts); a job makes passes over the store, and this file is what it offers to the API.
 */
import type { RecordOutcome } from './record-retention.ts';
import type { RetentionOutcome, StoreSpace, WhenFull } from './store-retention.ts';

/** A pass as it was reported. */
export interface RetentionReport extends RetentionOutcome {
  /** The cloud's own records that were deleted; reports of earlier versions have none. */
  records?: RecordOutcome[];
  /** Ms since 1970, by the wall clock. */
  atMs: number;
  durationMs: number;
  isDryRun: boolean;
  /** By how much what the store takes on the disk has become less; negative if more was stored meanwhile. */
  returnedBytes: number;
}

export interface RetentionState {
  /** False if the store cannot delete, or does so by itself. */
  isSupported: boolean;
  /** Until the clock has been the same for so long, nothing is deleted by age; 0 if it has. */
  clockWaitsMs: number;
  space: StoreSpace | null;
  /** Null without a bound. */
  boundBytes: number | null;
  whenFull: WhenFull;
  /** Days until the bound is reached if the store goes on growing as it did; null if it does not grow, or that is not known. */
  daysToBound: number | null;
  last: RetentionReport | null;
}

export interface RetentionAdmin {
  state(): RetentionState;
  /** Makes a pass now, of at most half a minute. @throws HarbingerError RETENTION_RUNS while one is made */
  pass(options: { isDryRun: boolean }): Promise<RetentionReport>;
}
