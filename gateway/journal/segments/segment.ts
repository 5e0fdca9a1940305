import type { JournalFs } from '../fs.ts';
import { checksumSeed, segmentHeaderBytes, segmentName } from './format.ts';
import { scanBlocks } from './scan.ts';

/** Blocks, their lines, and their bytes on disk. */
export interface Tally {
  blocks: number;
  lines: number;
  bytes: number;
}

/** State of a segment, known without reading it. A lane holds one of these per file, and nothing more. */
export interface Segment {
  readonly firstSeq: number;
  /** Seq of the last valid block; before firstSeq if the segment has none. */
  lastSeq: number;
  /** End of the last valid block, as far as known; bytes after it are not read. */
  end: number;
  /** Length on disk, for the budget. */
  bytes: number;
  /** Null if the header is damaged. */
  createdMs: number | null;
  /** Counts of its content; null for a segment of an earlier run that was not read in full. */
  tally: Tally | null;
  /** First seqs of the losses in it that were reported, so that each is reported only once. */
  readonly reported: Set<number>;
}

export function newSegment(firstSeq: number, createdMs: number | null): Segment {
  return {
    firstSeq,
    lastSeq: firstSeq - 1,
    end: segmentHeaderBytes,
    bytes: 0,
    createdMs,
    tally: { blocks: 0, lines: 0, bytes: 0 },
    reported: new Set(),
  };
}

/** Location of a lane's segments, and the parameters of their checksums. */
export interface LaneFiles {
  fs: JournalFs;
  dir: string;
  journalId: string;
  seed: number;
  /** The run of blocks written from now on. */
  run: number;
}

/** Seqs are consecutive within a segment, but may leap between two. */
export function blocksAfter(segments: readonly Segment[], seq: number): number {
  const ofOne = ({ firstSeq, lastSeq }: Segment) => Math.max(0, lastSeq - Math.max(seq, firstSeq - 1));
  return segments.reduce((sum, segment) => sum + ofOne(segment), 0);
}

/** Bytes of the newest segment beyond what the limits let it grow to: it was written under larger ones. */
export function bytesBeyond(
  segments: readonly Segment[],
  { segmentBytesMax, blockBytesMax }: { segmentBytesMax: number; blockBytesMax: number },
): number {
  const most = Math.max(segmentBytesMax, segmentHeaderBytes + blockBytesMax);
  return Math.max(0, (segments.at(-1)?.bytes ?? 0) - most);
}

export function laneFiles(fs: JournalFs, dir: string, journalId: string, run: number): LaneFiles {
  return { fs, dir, journalId, seed: checksumSeed(journalId), run };
}

export function segmentPath(files: LaneFiles, firstSeq: number): string {
  return `${files.dir}/${segmentName(firstSeq)}`;
}

/**
 * Counts the intact blocks of a segment after `afterSeq`, and finds the end of its last good block. It reads the
 * segment in full; if the disk cannot read a part, `isWhole` is false and that part is not counted.
 */
export async function countBlocks(
  files: LaneFiles,
  segment: Pick<Segment, 'firstSeq' | 'end'>,
  range: { afterSeq: number; seqMax: number },
): Promise<{ tally: Tally; lastSeq: number; end: number; isWhole: boolean }> {
  const tally: Tally = { blocks: 0, lines: 0, bytes: 0 };
  let lastSeq = segment.firstSeq - 1;
  let end = segmentHeaderBytes;
  let isWhole = true;
  const file = await files.fs.open(segmentPath(files, segment.firstSeq), 'read');
  try {
    const found = scanBlocks(file, {
      from: segmentHeaderBytes,
      to: segment.end,
      seqMin: segment.firstSeq,
      seqMax: range.seqMax,
      seed: files.seed,
      chunkBytes: 1 << 20,
      onUnreadable: async () => {
        isWhole = false;
        return 'damaged';
      },
    });
    let at = segmentHeaderBytes;
    for await (const item of found) {
      if (item.kind === 'damage') {
        at += item.bytes;
        continue;
      }
      lastSeq = item.block.seq;
      end = item.end;
      if (lastSeq > range.afterSeq) {
        tally.blocks++;
        tally.lines += item.block.lines;
        tally.bytes += item.end - at;
      }
      at = item.end;
    }
  } finally {
    await file.close();
  }
  return { tally, lastSeq, end, isWhole };
}
