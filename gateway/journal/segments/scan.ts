/**
 * Reads the blocks of a segment in order, verifies every checksum, and resynchronises after damage. It holds one window
 * of the file at a time, so memory depends only on the chunk and the largest block.
 */
import { codeOf } from '../../../shared/runtime/errors.ts';
import type { Block } from '../../ports/journal.ts';
import type { JournalFile } from '../fs.ts';
import { type BlockHeader, blockHeaderBytes, blockMagic, decodeBlock, decodeBlockHeader } from './format.ts';

export type Found =
  | { kind: 'block'; end: number; block: Block }
  /** `lines` is 0 if the damaged block's header cannot be trusted. */
  | { kind: 'damage'; bytes: number; lines: number };

export interface ScanRange {
  /** Offsets in the file. `from` may be anywhere; the first block at or after it is found. */
  from: number;
  to: number;
  /** Only blocks with seqs in this range are valid. */
  seqMin: number;
  seqMax: number;
  seed: number;
  chunkBytes: number;
  /**
   * Called if the disk cannot read pages (EIO): decides whether to retry or to treat their blocks as damaged. May
   * throw.
   */
  onUnreadable(error: unknown): Promise<'again' | 'damaged'>;
}

/**
 * Scans a range. Yielded blocks share memory with the chunk they were read in. @throws system errors; EIO as
 * `onUnreadable` decides
 */
export async function* scanBlocks(file: JournalFile, range: ScanRange): AsyncGenerator<Found, void> {
  const window = new Window(file, range);
  let at = range.from;
  let seqMin = range.seqMin;
  while (at < range.to) {
    const header = await window.header(at, seqMin);
    const end = header ? at + header.bytes : range.to;
    if (header && end <= range.to) {
      const index = await window.need(at, header.bytes);
      const block = decodeBlock(window.bytes, index, header, range.seed);
      yield block
        ? { kind: 'block', end, block }
        : { kind: 'damage', bytes: header.bytes, lines: header.lines };
      seqMin = header.seq + 1;
      at = end;
    } else {
      const next = header ? range.to : await window.findHeader(at + 1, seqMin);
      yield { kind: 'damage', bytes: next - at, lines: header?.lines ?? 0 };
      at = next;
    }
  }
}

/** The part of a range that is in memory. */
export class Window {
  bytes: Buffer = Buffer.alloc(0);
  private from = 0;
  private readonly file: JournalFile;
  private readonly range: ScanRange;

  constructor(file: JournalFile, range: ScanRange) {
    this.file = file;
    this.range = range;
  }

  /**
   * Ensures that `count` bytes from `at` are in `bytes`, and returns their index there. The caller stays within the
   * range.
   */
  async need(at: number, count: number): Promise<number> {
    const index = at - this.from;
    if (index >= 0 && index + count <= this.bytes.length) return index;
    const wanted = Math.min(Math.max(count, this.range.chunkBytes), this.range.to - at);
    const chunk = Buffer.allocUnsafeSlow(wanted);
    const filled = await readPatiently(this.file, chunk, at, this.range);
    // The missing part of a file that has become shorter reads as zeros and fails its checksums.
    this.bytes = chunk.fill(0, filled);
    this.from = at;
    return 0;
  }

  /** Returns the header of a valid block, or null. */
  async header(at: number, seqMin: number): Promise<BlockHeader | null> {
    if (at + blockHeaderBytes > this.range.to) return null;
    const index = await this.need(at, blockHeaderBytes);
    const header = decodeBlockHeader(this.bytes, index, this.range.seed);
    return header && header.seq >= seqMin && header.seq <= this.range.seqMax ? header : null;
  }

  /** Returns the offset of the next valid header, or the range's end. */
  async findHeader(from: number, seqMin: number): Promise<number> {
    let at = from;
    while (at + blockHeaderBytes <= this.range.to) {
      // Before `this.bytes` is looked at, because it may be replaced.
      const index = await this.need(at, blockHeaderBytes);
      const hit = this.bytes.indexOf(blockMagic, index);
      if (hit < 0) {
        // The magic may start in the window's last three bytes.
        at = this.from + this.bytes.length - blockMagic.length + 1;
        continue;
      }
      at = this.from + hit;
      if (await this.header(at, seqMin)) return at;
      at++;
    }
    return this.range.to;
  }
}

const pageBytes = 4096;

async function readPatiently(
  file: JournalFile,
  buffer: Buffer,
  position: number,
  { onUnreadable }: Pick<ScanRange, 'onUnreadable'>,
): Promise<number> {
  for (;;) {
    try {
      return await file.read(buffer, position);
    } catch (error) {
      if (codeOf(error) !== 'EIO') throw error;
    }
    const error = await readEachPage(file, buffer, position);
    if (error === null || (await onUnreadable(error)) === 'damaged') return buffer.length;
  }
}

/**
 * Leaves zeros in the pages that the disk cannot read. Returns the last error, or null if it could read all of them.
 */
async function readEachPage(file: JournalFile, buffer: Buffer, position: number): Promise<unknown> {
  let last: unknown = null;
  for (let at = 0; at < buffer.length; at += pageBytes) {
    const page = buffer.subarray(at, at + pageBytes);
    try {
      page.fill(0, await file.read(page, position + at));
    } catch (error) {
      if (codeOf(error) !== 'EIO') throw error;
      page.fill(0);
      last = error;
    }
  }
  return last;
}
