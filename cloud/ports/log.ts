/**
 * The log between receive and sink. Today batches go to the sink in the same process (log/direct.ts); a replicated log
 * between the two would implement the same port.
 */
import type { Batch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { HarbingerError } from '../../shared/runtime/errors.ts';

/** A frame that an authenticated gateway sent on its topic of `lane`. */
export interface ReceivedBatch {
  gateway: string;
  lane: Lane;
  /** The frame as received. */
  frame: Buffer;
  /**
   * The opened frame; or the reason why it can never be a batch of this gateway's lane: the sink then quarantines it.
   */
  batch: Batch | HarbingerError;
}

/** The connection that brought a batch. After one of its batches failed, no later one may be stored before that one. */
export interface Sender {
  /** Aborted when the connection is closed or given up. */
  readonly signal: AbortSignal;
  /** Closes the connection without an acknowledgement for anything it still has under way. */
  giveUp(error: Error): void;
}

/** Takes responsibility for batches. */
export interface BatchLog {
  /**
   * Resolves when the batch may be acknowledged, because nothing can lose it any more. Rejects when it must not be
   * acknowledged, and gives the sender up. Batches of one lane of a gateway stay in order; lanes and gateways do not
   * wait for each other.
   */
  accept(batch: ReceivedBatch, sender: Sender): Promise<void>;
  /** Number of batches accepted and not settled yet. */
  readonly waiting: number;
  /** Resolves when every batch that waits now is settled. */
  idle(): Promise<void>;
}

/** Stores the batches that the log hands to it. */
export interface BatchSink {
  /** Resolves when the batch is durable or in quarantine. It may be taken again after any failure. */
  take(batch: ReceivedBatch, sender: Sender): Promise<void>;
}
