import type { JournalFs } from '../fs.ts';
import { checksumSeed, segmentHeaderBytes, segmentName } from './format.ts';
import { scanBlocks } from './scan.ts';

/** Blocks, their lines, and their bytes on disk. */
export interface Tally {
  blocks: number;
  lines: number;
  bytes: number;
}

/** What is known of a segment without reading it. A lane keeps one of these for each of its files, and no more. */
export interface Segment {
  readonly firstSeq: number;
  /** Last block that counts; before firstSeq where the segment has none. */
  lastSeq: number;
  /** Where the last block that counts ends, as far as is known: what follows is not read. */
  end: number;
  /** Length on disk, for the budget. */
  bytes: number;
  /** Null where the header is damaged. */
  createdMs: number | null;
  /** What is in it; null for a segment of an earlier run that was not read in full. */
  tally: Tally | null;
  /** First seqs of the losses in it that were reported, so that each is reported once. */
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

/** Where a lane's segments are and what they are checked with. */
export interface LaneFiles {
  fs: JournalFs;
  dir: string;
  journalId: string;
  seed: number;
  /** Of the blocks that are written from now on. */
  run: number;
}

/** Within a segment seqs are consecutive, between two they may leap. */
export function blocksAfter(segments: readonly Segment[], seq: number): number {
  const ofOne = ({ firstSeq, lastSeq }: Segment) => Math.max(0, lastSeq - Math.max(seq, firstSeq - 1));
  return segments.reduce((sum, segment) => sum + ofOne(segment), 0);
}

export function laneFiles(fs: JournalFs, dir: string, journalId: string, run: number): LaneFiles {
  return { fs, dir, journalId, seed: checksumSeed(journalId), run };
}

export function segmentPath(files: LaneFiles, firstSeq: number): string {
  return `${files.dir}/${segmentName(firstSeq)}`;
}

/**
 * What is intact in a segment after `afterSeq`, and where its last good block ends. Reads it in full; where the disk
 * cannot give part of it, `isWhole` is false and what is there is not counted.
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
