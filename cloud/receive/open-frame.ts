import { type Batch, decodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { ReceivedBatch } from '../ports/log.ts';

/**
 * Opens a frame that `gateway` sent on its topic of `lane`, and checks that its header names both.
 * @throws HarbingerError BATCH_*: it was changed on its way, or is of a format that this cloud does not know
 */
export function openFrame(gateway: string, lane: Lane, frame: Buffer): ReceivedBatch {
  const batch = decoded(frame);
  const { header } = batch;
  if (header.gateway === gateway && header.lane === lane) return { gateway, lane, batch };
  const claimed = `a batch of gateway '${header.gateway}', lane ${header.lane}`;
  throw new HarbingerError('BATCH_FOREIGN', 'ingest', `${claimed}, came from '${gateway}' on lane ${lane}`);
}

function decoded(frame: Buffer): Batch {
  try {
    return decodeBatch(frame);
  } catch (error) {
    if (error instanceof HarbingerError) throw error;
    throw new HarbingerError('BATCH_FORMAT', 'ingest', messageOf(error), { cause: error });
  }
}
