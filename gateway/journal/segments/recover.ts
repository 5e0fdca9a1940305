import { basename } from 'node:path';
import { seqLeap } from '../../../shared/contract/batch.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { JournalFs } from '../fs.ts';
import { readError } from '../journal-errors.ts';
import {
  decodeSegmentHeader,
  parseSegmentName,
  type SegmentHeader,
  segmentHeaderBytes,
  segmentName,
  segmentVersion,
  seqsPerSegmentMax,
} from './format.ts';
import { countBlocks, type LaneFiles, newSegment, type Segment, segmentPath } from './segment.ts';

const readableChunkBytes = 1 << 20;

/** A segment file as found: its header, or null if that is damaged. */
export interface SegmentFile {
  firstSeq: number;
  bytes: number;
  header: SegmentHeader | null;
}

export interface RecoveredLane {
  /** Oldest first. */
  segments: Segment[];
  nextSeq: number;
  /** True if the next block may go into the last segment. */
  lastIsWhole: boolean;
  /** Bytes cut off after the last good block; none of them had been acknowledged. */
  tornBytes: number;
  /** Acknowledged blocks known to be lost at the end, which no consumer has read; there may have been more. */
  missingBlocks: number;
}

/** Deletes left-over files and reads each segment's header. Oldest first. @throws HarbingerError JOURNAL_VERSION */
export async function listSegments(fs: JournalFs, dir: string, log: Log): Promise<SegmentFile[]> {
  const files: SegmentFile[] = [];
  for (const name of (await fs.list(dir)).sort()) {
    const path = `${dir}/${name}`;
    if (name.endsWith('.tmp')) {
      log.warn({ path }, 'deleting the remainder of an interrupted write');
      await fs.remove(path);
      continue;
    }
    const firstSeq = parseSegmentName(name);
    if (firstSeq === null) continue;
    const file = await readHeader(fs, path);
    if (file.bytes === 0) {
      // Its creation was interrupted, or its content is lost: recoverLane knows which segment had been written.
      log.warn({ path }, 'deleting an empty segment');
      await fs.remove(path);
      continue;
    }
    files.push({ firstSeq, ...file });
  }
  return files;
}

async function readHeader(fs: JournalFs, path: string): Promise<Omit<SegmentFile, 'firstSeq'>> {
  const file = await fs.open(path, 'read');
  try {
    const buffer = Buffer.alloc(segmentHeaderBytes);
    const filled = await file.read(buffer, 0);
    const header = decodeSegmentHeader(buffer.subarray(0, filled));
    if (header && header.version !== segmentVersion) {
      throw new HarbingerError(
        'JOURNAL_VERSION',
        'journal',
        `${path} has format ${header.version}, this version of Harbinger knows ${segmentVersion}: start the version that wrote it, or move the folder away`,
      );
    }
    return { bytes: await file.size(), header };
  } finally {
    await file.close();
  }
}

/** State of a lane that does not come from its segments. */
export interface KnownOfLane {
  /** Lower bound of the next seq, by the cursors and earlier recoveries. */
  seqFloor: number;
  /** First seq of the segment created last according to meta.json, 0 if unknown. */
  newestSegment: number;
  /** Its last seq at an orderly stop; absent without one. */
  closedSeq?: number | undefined;
  /** The highest seq that any consumer has read. */
  readSeq?: number;
  /** The journal is being created. */
  isNew: boolean;
}

/** Recovers one lane: cuts off a torn tail, syncs everything that is kept, and determines the next seq. */
export async function recoverLane(
  files: LaneFiles,
  found: readonly SegmentFile[],
  known: KnownOfLane,
  log: Log,
): Promise<RecoveredLane> {
  const segments = await summarise(files, found, log);
  let nextSeq = Math.max(1, known.seqFloor, known.newestSegment);
  let tornBytes = 0;
  if (newestOf(segments) < known.newestSegment) {
    const segment = segmentName(known.newestSegment);
    log.error(
      { dir: files.dir, segment },
      'the newest segment is missing or empty, although blocks in it had been acknowledged',
    );
  }
  for (let last = segments.at(-1); last; last = segments.at(-1)) {
    const { torn, lastSeq } = await recoverLast(files, last);
    tornBytes += torn;
    if (lastSeq >= last.firstSeq) {
      nextSeq = Math.max(nextSeq, lastSeq + 1);
      break;
    }
    log.warn(
      { dir: files.dir, segment: segmentName(last.firstSeq) },
      'deleting a segment without a good block',
    );
    await files.fs.remove(segmentPath(files, last.firstSeq));
    nextSeq = Math.max(nextSeq, last.firstSeq);
    segments.pop();
  }
  await files.fs.syncDir(files.dir);
  const lastSeq = segments.at(-1)?.lastSeq ?? 0;
  const missingBlocks = missingAtEnd(segments, known);
  const isCertain = known.isNew || (tornBytes === 0 && known.closedSeq === lastSeq);
  if (!isCertain) nextSeq += seqLeap;
  return { segments, nextSeq, lastIsWhole: isCertain && nextSeq === lastSeq + 1, tornBytes, missingBlocks };
}

/** Counts the unread blocks that are known to have been written after the last one found. */
function missingAtEnd(segments: readonly Segment[], known: KnownOfLane): number {
  const { newestSegment, closedSeq = 0, readSeq = 0 } = known;
  const isNewestGone = newestOf(segments) < newestSegment;
  const writtenSeq = Math.max(closedSeq, isNewestGone ? newestSegment : 0);
  const foundSeq = Math.max(segments.at(-1)?.lastSeq ?? 0, readSeq);
  // Seqs may have leapt in between.
  return Math.max(0, writtenSeq - foundSeq) % seqLeap;
}

/** Returns the first seq of the newest segment, 0 if there is none. */
export function newestOf(segments: readonly Segment[]): number {
  return segments.at(-1)?.firstSeq ?? 0;
}

/** Summarises segments from their headers alone: each header contains the previous segment's last seq. */
async function summarise(files: LaneFiles, found: readonly SegmentFile[], log: Log): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const [i, file] of found.entries()) {
    const own = file.header?.journalId === files.journalId ? file.header : null;
    const segment = newSegment(file.firstSeq, own?.createdMs ?? null);
    segment.bytes = segment.end = file.bytes;
    segment.tally = null;
    const next = found[i + 1];
    const nextHeader = next?.header?.journalId === files.journalId ? next.header : null;
    segment.lastSeq = next ? (nextHeader?.previousLastSeq ?? next.firstSeq - 1) : file.firstSeq - 1;
    if (next && segment.lastSeq < segment.firstSeq) {
      // Its only write had failed, and it could not be removed at that time.
      await files.fs.remove(segmentPath(files, segment.firstSeq));
      continue;
    }
    const name = segmentName(file.firstSeq);
    if (!own) log.error({ dir: files.dir, segment: name }, 'segment header is damaged');
    const before = segments.at(-1);
    if (own && before && own.previousFirstSeq !== before.firstSeq) {
      log.error({ dir: files.dir, before: name }, 'a segment is missing; its blocks are reported when read');
    }
    segments.push(segment);
  }
  return segments;
}

/** Reads the last segment, cuts off everything after its last good block, and syncs the rest. */
async function recoverLast(files: LaneFiles, last: Segment): Promise<{ torn: number; lastSeq: number }> {
  const isBounded = last.lastSeq >= last.firstSeq;
  const seqMax = isBounded ? last.lastSeq : last.firstSeq + seqsPerSegmentMax;
  let whole = await countBlocks(files, last, { afterSeq: 0, seqMax });
  if (whole.end < last.end) {
    // The count treats unreadable pages as zeros. If they are readable by now, it is repeated.
    await requireReadable(files, last, Math.max(0, whole.end));
    whole = await countBlocks(files, last, { afterSeq: 0, seqMax });
  }
  const torn = Math.max(0, last.end - whole.end);
  if (whole.lastSeq < last.firstSeq) return { torn, lastSeq: whole.lastSeq };
  const file = await files.fs.open(segmentPath(files, last.firstSeq), 'write');
  try {
    if (torn > 0) await file.truncate(whole.end);
    await file.datasync();
  } finally {
    await file.close();
  }
  last.lastSeq = whole.lastSeq;
  last.end = last.bytes = whole.end;
  last.tally = whole.isWhole ? whole.tally : null;
  return { torn, lastSeq: whole.lastSeq };
}

/**
 * Refuses to cut off unreadable pages, because acknowledged blocks may lie behind a temporary error. @throws
 * HarbingerError JOURNAL_READ
 */
async function requireReadable(files: LaneFiles, segment: Segment, from: number): Promise<void> {
  const file = await files.fs.open(segmentPath(files, segment.firstSeq), 'read');
  const chunk = Buffer.allocUnsafe(readableChunkBytes);
  try {
    for (let at = from; at < segment.end; at += chunk.length) {
      await file.read(chunk.subarray(0, Math.min(chunk.length, segment.end - at)), at);
    }
  } catch (error) {
    throw readError({ lane: basename(files.dir), dir: files.dir }, error);
  } finally {
    await file.close();
  }
}
