import { segmentHeaderBytes } from '../segments/format.ts';
import { scanBlocks } from '../segments/scan.ts';
import { type LaneFiles, type Segment, segmentPath } from '../segments/segment.ts';
import { decodeEntry, type Entry } from './entry.ts';
import type { Position } from './positions.ts';

/**
 * Yields the entries of a segment's intact blocks, in order, and counts the blocks in `scanned`. Damaged bytes without
 * a missing block are the remainder of a failed write. Yielded entries share memory with the chunk they were read in.
 * @throws system errors
 */
export async function* scanEntries(
  files: LaneFiles,
  segment: Segment,
  scanned: { blocks: number } = { blocks: 0 },
): AsyncGenerator<{ entry: Entry; position: Position }> {
  const { fs, seed } = files;
  const file = await fs.open(segmentPath(files, segment.firstSeq), 'read');
  try {
    const range = {
      from: segmentHeaderBytes,
      to: segment.end,
      seqMin: segment.firstSeq,
      seqMax: segment.lastSeq,
      seed,
      chunkBytes: 1 << 20,
      onUnreadable: (error: unknown) => Promise.reject(error),
    };
    for await (const found of scanBlocks(file, range)) {
      if (found.kind === 'damage') continue;
      scanned.blocks++;
      const { body } = found.block;
      const bodyAt = found.end - body.length;
      for (let at = 0; at < body.length; ) {
        const entry = decodeEntry(body, at, seed)!; // the block's checksum is right, so the entry is whole
        yield { entry, position: { segment, at: bodyAt + at, bytes: entry.bytes } };
        at += entry.bytes;
      }
    }
  } finally {
    await file.close();
  }
}
