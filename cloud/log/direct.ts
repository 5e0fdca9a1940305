/**
 * The log between receive and sink when both run in this process: there is none. A batch goes to the sink at once, in
 * its lane's order, and is acknowledged when the sink has made it durable; until then only the gateway has it.
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
