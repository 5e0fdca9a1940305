/**
 * Handles the batches of one lane that the cloud does not accept. Such a batch is resent for `refusedMsMax`, and then
 * set aside on this gateway, so that the batches behind it are sent. Those of a format that the cloud does not know wait
 * for a newer cloud.
 */
import { createHash } from 'node:crypto';
import { type Batch, encodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Cursor } from '../ports/journal.ts';
import type { RefusedIntake } from '../ports/refused-batches.ts';
import { BatchRefused } from '../ports/uplink.ts';
import type { Connection } from './acknowledged.ts';
import { type RefusedBatch, refusedAgain } from './refused-batch.ts';
import type { UplinkStats } from './statistics.ts';

export interface LaneRefusedBatchesDeps {
  refusedMsMax: number;
  cursor: Cursor;
  setAside: RefusedIntake;
  stats: UplinkStats;
  clock: Clock;
  log: Log;
}

/** A batch in flight that was not confirmed. */
export interface Failure {
  batch: Batch;
  /** Time of sending, in ms of the monotonic clock. */
  sentMs: number;
  error: unknown;
}

/** Limit of codes that are counted separately, because they come from the cloud. */
const codesMax = 16;

export class LaneRefusedBatches {
  private readonly lane: Lane;
  private readonly deps: LaneRefusedBatchesDeps;

  constructor(lane: Lane, deps: LaneRefusedBatchesDeps) {
    this.lane = lane;
    this.deps = deps;
  }

  /** The batch at the head of the lane that the cloud does not take at present. */
  get current(): RefusedBatch | null {
    return this.deps.stats.refused[this.lane];
  }

  /** Call when the cloud has confirmed everything up to `lastSeq`, or it is no longer there to be sent. */
  passed(lastSeq: number): void {
    const { current, lane } = this;
    const { stats, log } = this.deps;
    if (!current || lastSeq < current.lastSeq) return;
    stats.refused[lane] = null;
    log.info(
      { lane, attempts: current.attempts },
      'the lane continues behind the batch that the cloud had refused',
    );
  }

  /** Records that a batch was not confirmed. @throws the error, where it must end the connection */
  note({ batch, sentMs, error }: Failure, connection: Connection): void {
    const { lane } = this;
    const { clock, stats, log } = this.deps;
    const isRefused = error instanceof BatchRefused;
    const isSilent = error instanceof HarbingerError && error.code === 'UPLINK_SILENT';
    // If the cloud has confirmed nothing since, it is unreachable. If it lacks an earlier batch, all are sent again
    // on a new connection.
    if (isSilent ? connection.answeredMs < sentMs : !isRefused) throw error;
    if (isRefused && error.refusal === 'BATCH_ORDER') throw error;
    const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMs() };
    const refused = refusedAgain(this.current, batch.header.blocks, isRefused ? error : null, now);
    stats.refused[lane] = refused;
    stats.lastError = messageOf(error);
    const counts = stats.refusals[lane];
    const isKnown = refused.code in counts || Object.keys(counts).length < codesMax;
    const label = isKnown ? refused.code : 'OTHER';
    counts[label] = (counts[label] ?? 0) + 1;
    if (refused.attempts > 1) return;
    const { firstSeq, lastSeq, code } = refused;
    const about = { lane, firstSeq, lastSeq, code, cause: messageOf(error) };
    log.warn(about, 'the cloud did not accept a batch; it is sent again, and the batches behind it wait');
  }

  /**
   * Sets the batch aside if it has been refused for too long: first durably, then the cursor moves over it. Returns true
   * if it was. If the process ends between the two steps, the next one finds the blocks covered and does not send them.
   */
  async setAside({ batch, error }: Failure): Promise<boolean> {
    const { lane, current } = this;
    const { refusedMsMax, cursor, setAside, stats, log } = this.deps;
    if (!current || !(error instanceof BatchRefused)) return false;
    // The cloud is older than this gateway, and would refuse all that follow as well: they wait until it is updated.
    if (error.refusal === 'BATCH_VERSION') return false;
    const { journal } = batch.header;
    const { firstSeq, lastSeq, refusedMs, attempts } = current;
    if (refusedMs < refusedMsMax) return false;
    const about = { lane, firstSeq, lastSeq, code: error.refusal, attempts };
    try {
      const lines = batch.header.blocks.reduce((sum, block) => sum + block.lines, 0);
      const entry = { lane, code: error.refusal, reason: error.message, journal, firstSeq, lastSeq, lines };
      await setAside.add(entry, encodeBatch(asideBatch(batch)));
    } catch (failure) {
      stats.lastError = messageOf(failure);
      log.error(
        { ...about, cause: messageOf(failure) },
        'a refused batch cannot be set aside yet; its lane waits',
      );
      return false;
    }
    cursor.advance(lastSeq);
    stats.refused[lane] = null;
    log.error(
      about,
      'the cloud has refused a batch for too long: it is set aside on this gateway, and those behind it are sent; see ' +
        '`harbinger refused list`',
    );
    return true;
  }
}

/**
 * Returns the batch in the form in which it can be redriven: under a journal name of its own, derived from its
 * content, because the cloud's watermark will have passed its blocks. The same batch always gets the same name, so
 * that a repeat is recognised. By the original name the cloud recognises blocks that it had stored although its answer
 * was lost.
 */
function asideBatch({ header, body }: Batch): Batch {
  const { after: _, ...rest } = header;
  const identity = `refused/${header.journal}/${header.lane}/${header.blocks[0]!.seq}/${header.blocks.length}`;
  const journal = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return { header: { ...rest, journal, original: header.journal }, body };
}
