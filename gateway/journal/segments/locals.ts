import type { JournalFile } from '../fs.ts';
import { blockHeaderBytes } from './format.ts';
import { type ScanRange, scanBlocks, Window } from './scan.ts';

/** Large enough for several small blocks, small enough to leave out most of a large one's body. */
const chunkBytes = 8 << 10;
/** Chunk where whole blocks are read. */
const wholeChunkBytes = 1 << 20;

/**
 * Returns the local parts of a segment's blocks, oldest first, without reading the bodies of those that end before
 * `wholeFrom`: the checksum of their content is not verified. From there on only intact blocks count.
 */
export async function readLocals(
  file: JournalFile,
  range: Omit<ScanRange, 'chunkBytes'> & { wholeFrom: number },
): Promise<Buffer[]> {
  const locals: Buffer[] = [];
  const window = new Window(file, { ...range, chunkBytes });
  let at = range.from;
  let { seqMin } = range;
  while (at < range.wholeFrom) {
    const header = await window.header(at, seqMin);
    const end = header ? at + header.bytes : range.to;
    if (!header || end > range.to) {
      at = header ? range.to : await window.findHeader(at + 1, seqMin);
      continue;
    }
    if (end > range.wholeFrom) break;
    if (header.localBytes > 0) {
      const index = await window.need(at + blockHeaderBytes + header.bodyBytes, header.localBytes);
      // Copied, as it would otherwise keep its chunk in memory.
      locals.push(Buffer.from(window.bytes.subarray(index, index + header.localBytes)));
    }
    seqMin = header.seq + 1;
    at = end;
  }
  const rest = { ...range, from: at, seqMin, chunkBytes: wholeChunkBytes };
  for await (const item of scanBlocks(file, rest)) {
    if (item.kind === 'block' && item.block.local.length > 0) locals.push(Buffer.from(item.block.local));
  }
  return locals;
}
