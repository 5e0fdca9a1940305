import type { Batch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Sender } from '../ports/log.ts';

/**
 * Detects that something between gateway and cloud changes the order of batches or loses one. A batch stored before its
 * predecessor would move the watermark past the predecessor, which would then be taken for a repetition and never be
 * stored. Each batch names the last block of the batch that its gateway sent before it on the same connection.
 */
export class BatchOrder {
  /** Last stored block by lane, for each connection. */
  private readonly reached = new WeakMap<Sender, Map<Lane, number>>();

  /**
   * Accepts batches that this connection has brought before, alone or together with others.
   * @throws HarbingerError BATCH_ORDER (retry): the gateway has to resend everything in order
   */
  check(sender: Sender, { header }: Batch): void {
    const { after, gateway, lane } = header;
    const reached = this.reachedBy(sender).get(lane);
    if (after === undefined || (reached !== undefined && after <= reached)) return;
    const position = reached === undefined ? 'is the first one here' : `came after block ${reached}`;
    throw new HarbingerError(
      'BATCH_ORDER',
      'ingest',
      `a batch of gateway '${gateway}', lane ${lane}, follows block ${after} and ${position}: what lies between changes ` +
        'the order of messages or loses some; MQTT keeps them in order',
      { retry: true },
    );
  }

  stored(sender: Sender, lane: Lane, lastSeq: number): void {
    const reached = this.reachedBy(sender);
    reached.set(lane, Math.max(lastSeq, reached.get(lane) ?? 0));
  }

  private reachedBy(sender: Sender): Map<Lane, number> {
    const reached = this.reached.get(sender) ?? new Map<Lane, number>();
    this.reached.set(sender, reached);
    return reached;
  }
}
