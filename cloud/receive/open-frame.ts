import { decodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { ReceivedBatch } from '../ports/log.ts';

/**
 * Opens a frame that `gateway` sent on its topic of `lane`, and checks that its header names both. Any other frame is
 * passed on with the error (BATCH_*), so that it is kept in quarantine.
 */
export function openFrame(gateway: string, lane: Lane, frame: Buffer): ReceivedBatch {
  return { gateway, lane, frame, batch: openedOrError(gateway, lane, frame) };
}

function openedOrError(gateway: string, lane: Lane, frame: Buffer): ReceivedBatch['batch'] {
  try {
    const batch = decodeBatch(frame);
    const { header } = batch;
    if (header.gateway === gateway && header.lane === lane) return batch;
    const claimed = `a batch of gateway '${header.gateway}', lane ${header.lane}`;
    return new HarbingerError(
      'BATCH_FOREIGN',
      'ingest',
      `${claimed}, came from '${gateway}' on lane ${lane}`,
    );
  } catch (error) {
    return error instanceof HarbingerError
      ? error
      : new HarbingerError('BATCH_FORMAT', 'ingest', messageOf(error));
  }
}
