/**
 * The log between receive and sink, for both in one process (cloud/log): it keeps nothing. A batch goes to the sink
 * at once, in the order of its lane, and is acknowledged when the sink has made it durable; until then only the
 * gateway has it. A log that keeps batches, on this computer or others, would be another class with the same port
 * (ports/log.ts).
 */
import type { BatchLog, BatchSink, ReceivedBatch, Sender } from '../ports/log.ts';
import { LaneQueues } from './lane-queues.ts';

/** Batches that one gateway may have waiting in one lane. */
const batchesWaitingMax = 256;

export class DirectLog implements BatchLog {
  private readonly lanes = new LaneQueues(batchesWaitingMax);
  private readonly sink: BatchSink;

  constructor(sink: BatchSink) {
    this.sink = sink;
  }

  accept(batch: ReceivedBatch, sender: Sender): Promise<void> {
    return this.lanes.run(`${batch.gateway}/${batch.lane}`, sender, () => this.sink.take(batch, sender));
  }

  get waiting(): number {
    return this.lanes.waiting;
  }

  idle(): Promise<void> {
    return this.lanes.idle();
  }
}
