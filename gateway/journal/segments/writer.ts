import type { Clock } from '../../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Block } from '../../ports/journal.ts';
import type { JournalFile } from '../fs.ts';
import { removedError } from '../journal-errors.ts';
import {
  blockBytes,
  encodeBlock,
  encodeSegmentHeader,
  segmentHeaderBytes,
  segmentName,
  segmentVersion,
} from './format.ts';
import { type LaneFiles, newSegment, type Segment, segmentPath } from './segment.ts';

interface OpenSegment {
  file: JournalFile;
  segment: Segment;
}

/** Writes groups of blocks to a lane's newest segment, and leaves it consistent after a failure. */
export class SegmentWriter {
  /** Seq of the next block. */
  nextSeq: number;
  writtenBytes = 0;
  syncs = 0;
  /** Bytes of a new segment whose first write failed and which could not be removed. */
  leftoverBytes = 0;
  private readonly files: LaneFiles;
  private readonly segments: Segment[];
  private readonly clock: Clock;
  private readonly log: Log;
  private open: OpenSegment | null = null;
  private isRemoved = false;

  /** `segments` is the lane's list, oldest first; new ones are appended. */
  constructor(parts: { files: LaneFiles; segments: Segment[]; nextSeq: number; clock: Clock; log: Log }) {
    this.files = parts.files;
    this.segments = parts.segments;
    this.nextSeq = parts.nextSeq;
    this.clock = parts.clock;
    this.log = parts.log;
  }

  /** The segment being written. */
  get active(): Segment | null {
    return this.open?.segment ?? null;
  }

  /** Continues writing to the last segment of an earlier run. */
  async reopenLast(): Promise<void> {
    const segment = this.segments.at(-1);
    if (!segment) return;
    const file = await this.files.fs.open(segmentPath(this.files, segment.firstSeq), 'write');
    this.open = { file, segment };
  }

  /**
   * The open file of a segment that its path no longer leads to: it can still be read. Null if it is not open, or if it
   * is not known to be removed. `isMissing`: the caller has found nothing at its path.
   */
  removedFile(segment: Segment, isMissing: boolean): JournalFile | null {
    return (isMissing || this.isRemoved) && this.open?.segment === segment ? this.open.file : null;
  }

  /**
   * Whether the newest segment is where it was. @throws HarbingerError JOURNAL_REMOVED if somebody has deleted or
   * replaced it; system errors
   */
  async check(): Promise<void> {
    const { open } = this;
    const newest = open?.segment ?? this.segments.at(-1);
    if (!newest) return;
    const path = segmentPath(this.files, newest.firstSeq);
    const isThere = await (open ? open.file.isAt(path) : this.isListed(newest));
    if (this.open === open) this.isRemoved = !isThere;
    if (!isThere) throw removedError(path);
  }

  /**
   * Closes the current segment so that the next group starts another. @throws as check(): a removed segment stays open,
   * because it can be read only while it is
   */
  async rollOver(): Promise<void> {
    await this.check();
    await this.seal();
  }

  /** Closes the current segment; the next group starts another. */
  async seal(): Promise<void> {
    const { open } = this;
    this.open = null;
    this.isRemoved = false;
    await open?.file.close().catch((error) => this.warn('closing a segment', error));
  }

  /**
   * Makes a group durable as one write and one sync; the seq of its first block. The caller calls once at a time. Without
   * `sync` it survives the end of the process only, until a later group is synced. When it throws (the system's error, or
   * JOURNAL_REMOVED), none of the group is in the journal, and the next group may be tried at once.
   */
  async commit(group: readonly Omit<Block, 'seq'>[], sync = true): Promise<number> {
    const isNew = this.open === null;
    const open = this.open ?? (await this.create());
    const { file, segment } = open;
    const firstSeq = this.nextSeq;
    const wallMs = this.clock.nowMs();
    const { seed, run } = this.files;
    const buffers = group.flatMap((block, i) =>
      encodeBlock({ ...block, seq: firstSeq + i, run }, wallMs, seed),
    );
    if (isNew) buffers.unshift(this.header(segment, wallMs));
    const bytes = group.reduce((sum, block) => sum + blockBytes(block), 0);
    let isSyncing = false;
    try {
      await file.write(buffers, isNew ? 0 : segment.end);
      isSyncing = true;
      this.writtenBytes += bytes + (isNew ? segmentHeaderBytes : 0);
      if (sync || isNew) {
        await file.datasync();
        this.syncs++;
      }
      if (isNew) await this.files.fs.syncDir(this.files.dir);
      isSyncing = false;
      if (sync && !isNew) await this.check();
    } catch (error) {
      if (isNew) await this.discard(open, segmentHeaderBytes + bytes);
      else await this.undo(open, { blocks: group.length, bytes, inDoubt: isSyncing });
      throw error;
    }
    this.nextSeq = firstSeq + group.length;
    if (isNew) this.begin(open);
    grow(segment, group, bytes);
    return firstSeq;
  }

  /**
   * Makes earlier groups in the current segment durable, without writing. @throws the system's error; the segment is
   * then closed, as after any failed sync
   */
  async sync(): Promise<void> {
    if (this.open === null) return;
    try {
      await this.open.file.datasync();
      this.syncs++;
    } catch (error) {
      await this.seal();
      throw error;
    }
  }

  private async isListed({ firstSeq }: Segment): Promise<boolean> {
    try {
      return (await this.files.fs.list(this.files.dir)).includes(segmentName(firstSeq));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  private async create(): Promise<OpenSegment> {
    await this.check();
    const segment = newSegment(this.nextSeq, this.clock.nowMs());
    const file = await this.files.fs.open(segmentPath(this.files, segment.firstSeq), 'create');
    this.leftoverBytes = 0;
    return { file, segment };
  }

  private header(segment: Segment, createdMs: number): Buffer {
    const previous = this.segments.at(-1);
    return encodeSegmentHeader({
      version: segmentVersion,
      journalId: this.files.journalId,
      firstSeq: segment.firstSeq,
      previousFirstSeq: previous?.firstSeq ?? 0,
      previousLastSeq: previous?.lastSeq ?? 0,
      createdMs,
    });
  }

  private begin(open: OpenSegment): void {
    open.segment.bytes = segmentHeaderBytes;
    this.segments.push(open.segment);
    this.open = open;
  }

  /** Removes a new segment whose first write failed. */
  private async discard({ file, segment }: OpenSegment, bytes: number): Promise<void> {
    await file.close().catch((error) => this.warn('closing a segment', error));
    // If it cannot be removed, the next attempt uses the same name and empties it.
    const path = segmentPath(this.files, segment.firstSeq);
    await this.files.fs.remove(path).catch((error) => {
      this.leftoverBytes = bytes;
      this.warn('removing a segment', error);
    });
  }

  /**
   * Cuts off a failed write. If that fails, and always after a failed sync (the kernel may have dropped the pages that
   * it could not write, and not report them again), the segment is abandoned together with its doubtful seqs.
   */
  private async undo(
    { file, segment }: OpenSegment,
    group: { blocks: number; bytes: number; inDoubt: boolean },
  ): Promise<void> {
    try {
      await file.truncate(segment.end);
      if (!group.inDoubt) return;
    } catch (error) {
      this.warn('cutting off a failed write', error);
    }
    // They are there, or may be there again after a power cut, because nothing of this segment is synced any more.
    segment.bytes += group.bytes;
    this.nextSeq += group.blocks;
    await this.seal();
  }

  private warn(what: string, error: unknown): void {
    this.log.warn({ dir: this.files.dir, cause: messageOf(error) }, `${what} failed`);
  }
}

function grow(segment: Segment, group: readonly Omit<Block, 'seq'>[], bytes: number): void {
  segment.lastSeq += group.length;
  segment.end += bytes;
  segment.bytes += bytes;
  if (!segment.tally) return;
  segment.tally.blocks += group.length;
  segment.tally.bytes += bytes;
  for (const block of group) segment.tally.lines += block.lines;
}
