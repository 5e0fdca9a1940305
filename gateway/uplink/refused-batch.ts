import type { BatchBlock } from '../../shared/contract/batch.ts';
import type { BatchRefused } from '../ports/uplink.ts';

/** The batch at the head of a lane that the cloud has refused, or not answered in time, until it is accepted. */
export interface RefusedBatch {
  firstSeq: number;
  lastSeq: number;
  /** The cloud's code, or `SILENT` if it has not answered in time. */
  code: string;
  reason: string;
  /** Time of the first refusal, in ms since 1970. */
  sinceMs: number;
  attempts: number;
  /** Duration of the refusal, in ms of the monotonic clock, without the time in which nothing was tried. */
  refusedMs: number;
  /** Time of the last refusal, in ms of the monotonic clock. */
  lastMs: number;
}

/** The code of a batch that was not answered in time while others on the same connection were. */
export const silent = 'SILENT';

/** A longer gap between two attempts does not count towards the duration: the gateway may have been offline. */
const gapMsMax = 120_000;

/** Adds a refusal of the batch `group` to the state of the head of the lane. */
export function refusedAgain(
  before: RefusedBatch | null,
  group: readonly BatchBlock[],
  error: BatchRefused | null,
  now: { monotonicMs: number; wallMs: number },
): RefusedBatch {
  const firstSeq = group[0]!.seq;
  const isSame = before?.firstSeq === firstSeq;
  const gapMs = isSame ? now.monotonicMs - before.lastMs : 0;
  // Only an answer proves that the cloud refuses the batch: a silent cloud may be slow, or its answer may be lost.
  const refusedMs = isSame ? before.refusedMs + (error && gapMs <= gapMsMax ? gapMs : 0) : 0;
  return {
    firstSeq,
    lastSeq: group.at(-1)!.seq,
    code: error?.refusal ?? silent,
    reason: error?.message ?? 'the cloud did not answer for this batch',
    sinceMs: isSame ? before.sinceMs : now.wallMs,
    attempts: isSame ? before.attempts + 1 : 1,
    refusedMs,
    lastMs: now.monotonicMs,
  };
}
