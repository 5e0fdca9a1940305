/**
 * The log between receive and sink. Today batches go to the sink in the same process (log/direct.ts); a replicated log
 * between the two would implement the same port.
 */
import type { Batch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';

/** A batch that an authenticated gateway sent on its topic of `lane`, its frame opened. */
export interface ReceivedBatch {
  gateway: string;
  lane: Lane;
  batch: Batch;
}

/** The connection that brought a batch. After one of its batches failed, no later one may be stored before that one. */
export interface Sender {
  /** Aborted when the connection is closed or given up. */
  readonly signal: AbortSignal;
  /** Closes the connection without an acknowledgement for anything it still has under way. */
  giveUp(error: Error): void;
  /** Whether the connection stays when one of its batches fails so: the batch is refused, and its gateway is told. */
  survives(error: unknown): boolean;
}

/** Takes responsibility for batches. */
export interface BatchLog {
  /**
   * Resolves when the batch may be acknowledged, because nothing can lose it any more. Rejects when it must not be
   * acknowledged, and gives the sender up unless it survives that error. Batches of one lane of a gateway stay in order;
   * lanes and gateways do not wait for each other.
   */
  accept(batch: ReceivedBatch, sender: Sender): Promise<void>;
  /** Number of batches accepted and not settled yet. */
  readonly waiting: number;
  /** Resolves when every batch that waits now is settled. */
  idle(): Promise<void>;
}

/** Stores the batches that the log hands to it. */
export interface BatchSink {
  /**
   * Resolves when the batch is durable, or those of its lines in quarantine that can never be stored. It may be taken
   * again after any failure. @throws HarbingerError BATCH_* if it was not received as it was sent
   */
  take(batch: ReceivedBatch, sender: Sender): Promise<void>;
}
