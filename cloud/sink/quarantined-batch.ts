import { createHash } from 'node:crypto';
import type { Batch } from '../../shared/contract/batch.ts';
import { isLane } from '../../shared/contract/lanes.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Quarantined } from '../ports/quarantine.ts';

const newline = 10;

/**
 * Makes a batch of quarantined lines: one block in a journal of its own, whose name derives from the
 * entry, so that redriving it twice leaves one copy. If the text was cut off, as earlier versions did after 64 KiB, the batch has the complete lines.
 * @throws HarbingerError QUARANTINE_NOT_LINES
 */
export function quarantinedBatch(entry: Quarantined, body: Buffer): Batch {
  const { id, atMs, gateway, lane, code } = entry;
  const raw = body.subarray(0, body.lastIndexOf(newline) + 1);
  // BATCH_*: an entry of an earlier version, which kept frames that it could not read; there are no lines to store.
  if (code.startsWith('BATCH_') || raw.length === 0 || !isLane(lane)) {
    throw new HarbingerError(
      'QUARANTINE_NOT_LINES',
      'ingest',
      `entry ${id} (${code}) holds no lines that could be stored; it is kept to be looked at`,
    );
  }
  const journal = createHash('sha256').update(`quarantine/${gateway}/${id}/${atMs}`).digest('hex');
  const lines = raw.reduce((count, byte) => count + (byte === newline ? 1 : 0), 0);
  return {
    header: {
      gateway,
      journal: journal.slice(0, 16),
      lane,
      codec: 'identity',
      rawBytes: raw.length,
      blocks: [{ seq: 1, lines, bytes: raw.length }],
    },
    body: raw,
  };
}
