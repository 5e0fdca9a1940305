import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Block } from '../../ports/journal.ts';
import type { JournalFile } from '../fs.ts';
import { segmentHeaderBytes, segmentName } from './format.ts';
import { readLocals } from './locals.ts';
import { type ReadPatience, readPatienceMs } from './read-patience.ts';
import { type ScanRange, scanBlocks } from './scan.ts';
import { countBlocks, type LaneFiles, type Segment, segmentPath, type Tally } from './segment.ts';

/** Limit of remembered read positions, by which a consumer continues without reading a segment from its start. */
const positionsMax = 32;
/** Limit of losses remembered per segment; beyond it they are reported even if they were reported before. */
const reportedMax = 1_024;
/** Delay between two attempts to read at start, while the disk cannot read. */
const tailRetryMs = 250;

/** The end of a segment in which a power cut may have torn blocks: a group of blocks is at most this long. */
const tornBytesMax = 8 << 20;

interface Damage {
  lines: number;
  bytes: number;
}

/** Reads a lane's durable blocks from its segments. Keeps no block and no index of them. */
export class LaneReader {
  private readonly files: LaneFiles;
  private readonly segments: readonly Segment[];
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly patience: ReadPatience;
  private readonly onDamage: (lost: Tally) => void;
  private readonly removedFile: (segment: Segment, isMissing: boolean) => JournalFile | null;
  /** Seq of a block that was read → its end in the segment. */
  private readonly positions = new Map<number, { segment: Segment; end: number }>();

  /**
   * `segments` is the lane's live list, oldest first; `removedFile` gives the open file of one that was deleted or
   * replaced.
   */
  constructor(parts: {
    files: LaneFiles;
    segments: readonly Segment[];
    clock: Clock;
    log: Log;
    patience: ReadPatience;
    onDamage: (lost: Tally) => void;
    removedFile(segment: Segment, isMissing: boolean): JournalFile | null;
  }) {
    this.files = parts.files;
    this.segments = parts.segments;
    this.clock = parts.clock;
    this.log = parts.log;
    this.patience = parts.patience;
    this.onDamage = parts.onDamage;
    this.removedFile = parts.removedFile;
  }

  /**
   * Implements Journal.read. @throws system errors, except for a damaged or missing segment; EIO while it may be
   * temporary
   */
  read(afterSeq: number, bytesMax: number): Promise<Block[]> {
    return this.patience.during(async () => {
      const blocks: Block[] = [];
      const room = { bytes: bytesMax };
      for (const segment of this.segmentsAfter(afterSeq)) {
        if (await this.readSegment(segment, afterSeq, blocks, room)) break;
      }
      return blocks;
    });
  }

  /**
   * Yields the blocks of about the last `bytesMax` bytes, oldest first. It waits for a disk that cannot read, and skips
   * damage, which read() reports.
   */
  async *tail(bytesMax: number): AsyncGenerator<Block, void> {
    const chosen: { segment: Segment; from: number; to: number; lastSeq: number }[] = [];
    let left = bytesMax;
    for (let i = this.segments.length - 1; i >= 0 && left > 0; i--) {
      const segment = this.segments[i]!;
      const from = Math.max(segmentHeaderBytes, segment.end - left);
      chosen.unshift({ segment, from, to: segment.end, lastSeq: segment.lastSeq });
      left -= segment.end - from;
    }
    const onUnreadable = this.waiting();
    for (const { segment, from, to, lastSeq } of chosen) {
      const file = await this.open(segment, onUnreadable);
      if (!file) continue;
      try {
        const range = {
          from,
          to,
          seqMin: segment.firstSeq,
          seqMax: lastSeq,
          chunkBytes: 1 << 20,
          onUnreadable,
        };
        for await (const item of this.scan(file, range)) {
          if (item.kind === 'block') yield item.block;
        }
      } finally {
        await file.close();
      }
    }
  }

  /**
   * Yields the local parts of the latest blocks, oldest first, of as many segments as have at least `bytesMin` of them
   * together. It waits like `tail`. Bodies are read only where a power cut may have torn a group of blocks, of which a
   * later one may be whole while an earlier one is not: what is not whole was not acknowledged, and counts as not there.
   */
  async *locals(bytesMin: number): AsyncGenerator<Buffer, void> {
    const onUnreadable = this.waiting();
    const found: Buffer[][] = [];
    let bytes = 0;
    for (let i = this.segments.length - 1; i >= 0 && bytes < bytesMin; i--) {
      const segment = this.segments[i]!;
      const { firstSeq, lastSeq, end: to } = segment;
      const file = await this.open(segment, onUnreadable);
      if (!file) continue;
      // Seqs leap where the writing of a segment did not end in order.
      const wasSealed = this.segments[i + 1]?.firstSeq === lastSeq + 1;
      const wholeFrom = wasSealed ? to : Math.max(segmentHeaderBytes, to - tornBytesMax);
      try {
        const from = segmentHeaderBytes;
        const range = { from, wholeFrom, to, seqMin: firstSeq, seqMax: lastSeq, onUnreadable };
        const locals = await readLocals(file, { ...range, seed: this.files.seed });
        for (const local of locals) bytes += local.length;
        found.push(locals);
      } finally {
        await file.close();
      }
    }
    for (const locals of found.reverse()) yield* locals;
  }

  /** Counts a segment's blocks after `seq`, to report what is lost when it is dropped. */
  async tallyAfter(segment: Segment, seq: number): Promise<Tally> {
    if (segment.tally && seq < segment.firstSeq) return segment.tally;
    const blocks = Math.max(0, segment.lastSeq - Math.max(seq, segment.firstSeq - 1));
    try {
      const range = { afterSeq: seq, seqMax: segment.lastSeq };
      const { tally, isWhole } = await countBlocks(this.files, segment, range);
      if (isWhole) return tally;
      throw new Error('part of it cannot be read');
    } catch (error) {
      const name = segmentName(segment.firstSeq);
      this.log.warn(
        { segment: name, blocks, cause: messageOf(error) },
        'the lines of lost blocks are not known',
      );
      return { blocks, lines: 0, bytes: 0 };
    }
  }

  /**
   * Returns the segments that may hold blocks after `afterSeq`. The list is a copy, because it changes while they are
   * read.
   */
  private segmentsAfter(afterSeq: number): Segment[] {
    let first = this.segments.length;
    while (first > 0 && this.segments[first - 1]!.lastSeq > afterSeq) first--;
    return this.segments.slice(first);
  }

  /** Returns true when enough blocks were read. */
  private async readSegment(
    segment: Segment,
    afterSeq: number,
    blocks: Block[],
    room: { bytes: number },
  ): Promise<boolean> {
    const { lastSeq, end } = segment;
    const known = this.positions.get(afterSeq);
    const from = known?.segment === segment ? known.end : segmentHeaderBytes;
    let expected = known?.segment === segment ? afterSeq + 1 : segment.firstSeq;
    let damage: Damage = { lines: 0, bytes: 0 };
    const missing = (beforeSeq: number) =>
      this.report(segment, { from: Math.max(expected, afterSeq + 1), to: beforeSeq - 1 }, damage);
    const onUnreadable = async (error: unknown) => {
      await this.patience.failed(error);
      return 'damaged' as const;
    };
    const file = await this.open(segment, onUnreadable);
    try {
      const chunkBytes = Math.min(Math.max(room.bytes, 64 << 10), 1 << 20);
      const range = { from, to: end, seqMin: expected, seqMax: lastSeq, chunkBytes, onUnreadable };
      for await (const item of file ? this.scan(file, range) : []) {
        if (item.kind === 'damage') {
          damage.lines += item.lines;
          damage.bytes += item.bytes;
          continue;
        }
        const { block } = item;
        missing(block.seq);
        damage = { lines: 0, bytes: 0 };
        expected = block.seq + 1;
        if (block.seq <= afterSeq) continue;
        if (blocks.length > 0 && block.body.length > room.bytes) return true;
        blocks.push(block);
        room.bytes -= block.body.length;
        this.remember(block.seq, segment, item.end);
        if (room.bytes <= 0) return true;
      }
    } finally {
      await file?.close();
    }
    missing(lastSeq + 1);
    return false;
  }

  private scan(file: JournalFile, range: Omit<ScanRange, 'seed'>) {
    return scanBlocks(file, { ...range, seed: this.files.seed });
  }

  /**
   * Returns null if the file is missing (just dropped, or removed by somebody and not open any more) or if the disk has
   * been given up for it.
   */
  private async open(segment: Segment, onUnreadable: ScanRange['onUnreadable']): Promise<JournalFile | null> {
    for (;;) {
      const removed = this.removedFile(segment, false);
      if (removed) return keptOpen(removed);
      try {
        return await this.files.fs.open(segmentPath(this.files, segment.firstSeq), 'read');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return keptOpen(this.removedFile(segment, true));
        if (codeOf(error) !== 'EIO') throw error;
        if ((await onUnreadable(error)) === 'damaged') return null;
      }
    }
  }

  /** For one-off reads: retries for a while, and then continues without the unreadable blocks. */
  private waiting(): ScanRange['onUnreadable'] {
    const { clock, log } = this;
    const { dir } = this.files;
    const untilMs = clock.monotonicMs() + readPatienceMs;
    let isKnown = false;
    return async (error) => {
      if (!isKnown)
        log.error({ dir, cause: messageOf(error) }, 'the journal cannot be read; this is retried');
      isKnown = true;
      if (clock.monotonicMs() >= untilMs) return 'damaged';
      await sleep(clock, tailRetryMs);
      return 'again';
    };
  }

  private report(segment: Segment, seqs: { from: number; to: number }, damage: Damage): void {
    if (seqs.to < seqs.from || segment.reported.has(seqs.from)) return;
    // If it was dropped while it was read, its loss was counted there.
    if (!this.segments.includes(segment)) return;
    if (segment.reported.size < reportedMax) segment.reported.add(seqs.from);
    const lost = { blocks: seqs.to - seqs.from + 1, ...damage };
    this.log.error(
      {
        dir: this.files.dir,
        segment: segmentName(segment.firstSeq),
        firstSeq: seqs.from,
        lastSeq: seqs.to,
        ...lost,
      },
      'blocks are damaged or missing and were skipped',
    );
    this.onDamage(lost);
  }

  private remember(seq: number, segment: Segment, end: number): void {
    if (this.positions.size >= positionsMax) {
      const oldest = this.positions.keys().next();
      if (!oldest.done) this.positions.delete(oldest.value);
    }
    this.positions.set(seq, { segment, end });
  }
}

/** The writer closes its file, not the reader. */
function keptOpen(file: JournalFile | null): JournalFile | null {
  return file && { ...file, close: async () => undefined };
}
