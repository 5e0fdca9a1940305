import type { Lane } from '../../shared/contract/lanes.ts';
import { HarbingerError, isDiskFull, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Block, Cursor, Journal, JournalStats } from '../ports/journal.ts';
import { AppendQueue, type Waiting } from './append-queue.ts';
import type { Budget, BudgetLane } from './budget.ts';
import {
  blockSizeError,
  busyError,
  fullError,
  type LaneFolder,
  readError,
  stoppedError,
  writeError,
} from './journal-errors.ts';
import { blockBytes, journalLimits, segmentHeaderBytes, segmentName } from './segments/format.ts';
import type { LaneReader } from './segments/reader.ts';
import { Removals } from './segments/removals.ts';
import { blocksAfter, bytesBeyond, type LaneFiles, type Segment, type Tally } from './segments/segment.ts';
import type { SegmentWriter } from './segments/writer.ts';
import { Waiters } from './waiters.ts';

/** Limit of bytes in one write: large enough to make the sync cheap per block, small enough for a low latency. */
const groupBytesMax = 4 << 20;
/** Limit of bytes that wait for the disk; beyond it, appends are rejected at once. */
const waitingBytesMax = 64 << 20;
/** Limit of segments dropped for one write when the disk is full. */
const freeAttemptsMax = 4;

export interface LaneParts {
  lane: Lane;
  files: LaneFiles;
  segments: Segment[];
  writer: SegmentWriter;
  reader: LaneReader;
  segmentBytesMax: number;
  blockBytesMax: number;
  /** Unread blocks dropped so far; updated in place. */
  dropped: Tally;
  log: Log;
  cursor(consumer: string): Cursor;
  readByAll(): number;
  /** Called when a segment was created, or dropped with or without a loss. */
  onSegments(change: { lost?: Tally }): Promise<void>;
}

/** One lane: gathers appends into groups, commits the groups one after the other, and returns durable blocks. */
export class JournalLane implements Journal, BudgetLane {
  readonly lane: Lane;
  readonly id: string;
  readonly removals: Removals;
  /** Assigned once all lanes are open. */
  budget!: Budget;
  /** Bytes and syncs of the state files that are attributed to this lane. */
  stateBytes = 0;
  stateSyncs = 0;
  private readonly parts: LaneParts;
  private readonly folder: LaneFolder;
  private readonly waiters = new Waiters();
  private readonly queue = new AppendQueue();
  private committing: Promise<void> | null = null;
  private failing = false;
  private stopped = false;
  /** Why nothing can be appended although the disk may be well: the newest segment was removed. */
  private removed: string | null = null;
  /** Seqs in which a reader found only damage, so that a consumer need not wait for them. */
  private damagedSeqs = { from: 0, to: 0 };

  constructor(parts: LaneParts) {
    this.parts = parts;
    this.lane = parts.lane;
    this.id = parts.files.journalId;
    this.removals = new Removals(parts.files, parts.log);
    this.folder = { lane: parts.lane, dir: parts.files.dir };
  }

  get firstSeq(): number {
    return this.parts.segments[0]?.firstSeq ?? this.parts.writer.nextSeq;
  }

  get lastSeq(): number {
    return this.parts.segments.at(-1)?.lastSeq ?? this.parts.writer.nextSeq - 1;
  }

  blocksAfter(seq: number): number {
    return blocksAfter(this.parts.segments, seq);
  }

  get bytes(): number {
    const unlisted = this.parts.writer.leftoverBytes + this.removals.bytes;
    return this.parts.segments.reduce((sum, segment) => sum + segment.bytes, unlisted);
  }

  get bytesBeyond(): number {
    return bytesBeyond(this.parts.segments, this.parts);
  }

  append(block: Omit<Block, 'seq'>): Promise<number> {
    const bytes = blockBytes(block);
    const problem = this.problemWith(block, bytes);
    if (problem) return Promise.reject(problem);
    return new Promise((resolve, reject) => {
      this.queue.push({ block, bytes, resolve, reject });
      this.committing ??= this.commitAll();
    });
  }

  async read(afterSeq: number, maxBytes: number): Promise<Block[]> {
    if (this.stopped) throw stoppedError(this.folder);
    const { lastSeq } = this;
    try {
      const blocks = await this.parts.reader.read(afterSeq, maxBytes);
      if (blocks.length === 0 && lastSeq > afterSeq) {
        const from = this.damagedSeqs.to === lastSeq ? Math.min(this.damagedSeqs.from, afterSeq) : afterSeq;
        this.damagedSeqs = { from, to: lastSeq };
      }
      return blocks;
    } catch (error) {
      throw readError(this.folder, error);
    }
  }

  waitFor(afterSeq: number, signal: AbortSignal): Promise<void> {
    const isThere = () => {
      const { damagedSeqs, lastSeq } = this;
      return (
        this.stopped || (lastSeq > afterSeq && !(afterSeq >= damagedSeqs.from && lastSeq <= damagedSeqs.to))
      );
    };
    return this.waiters.until(isThere, signal);
  }

  tail(maxBytes: number): AsyncIterable<Block> {
    return this.parts.reader.tail(maxBytes);
  }

  locals(bytesMin: number): AsyncIterable<Buffer> {
    return this.parts.reader.locals(bytesMin);
  }

  cursor(consumer: string): Cursor {
    return this.parts.cursor(consumer);
  }

  /** Also looks whether the newest segment is still there, so that the next call says so if it is not. */
  stats(): JournalStats {
    void this.look();
    const { writer, segments, dropped } = this.parts;
    return {
      lane: this.lane,
      firstSeq: this.firstSeq,
      lastSeq: this.lastSeq,
      bytes: this.bytes,
      bytesMax: this.budget.bytesMax,
      dropped: { ...dropped },
      writtenBytes: writer.writtenBytes + this.stateBytes,
      syncs: writer.syncs + this.stateSyncs,
      oldestMs: segments[0]?.createdMs ?? null,
      removed: this.removed,
    };
  }

  /** Commits pending appends and rejects later ones. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.committing;
    await this.parts.writer.seal();
    this.waiters.wake();
  }

  oldest(): 'none' | 'read' | 'unread' {
    const { segments } = this.parts;
    // The last segment is kept even if it is no longer written, because the next seq follows from it.
    if (segments.length <= 1) return 'none';
    return segments[0]!.lastSeq <= this.parts.readByAll() ? 'read' : 'unread';
  }

  async dropOldest(): Promise<boolean> {
    const { segments, reader, dropped, log } = this.parts;
    const segment = segments[0]!;
    const readSeq = this.parts.readByAll();
    const lost = segment.lastSeq <= readSeq ? undefined : await reader.tallyAfter(segment, readSeq);
    try {
      await this.removals.remove(segment);
    } catch (error) {
      log.error({ lane: this.lane, cause: messageOf(error) }, 'the oldest segment could not be dropped');
      return false;
    }
    segments.shift();
    if (lost) {
      dropped.blocks += lost.blocks;
      dropped.lines += lost.lines;
      dropped.bytes += lost.bytes;
      const name = segmentName(segment.firstSeq);
      log.warn({ lane: this.lane, segment: name, ...lost }, 'journal full: dropped unread blocks');
    }
    await this.parts.onSegments(lost ? { lost } : {});
    return true;
  }

  private problemWith(block: Omit<Block, 'seq'>, bytes: number): HarbingerError | null {
    if (this.stopped) return stoppedError(this.folder);
    const { bodyBytesMax, rawBytesMax, localBytesMax } = journalLimits;
    const { body, local, lines, rawBytes } = block;
    const fits = body.length >= 1 && body.length <= bodyBytesMax && local.length <= localBytesMax;
    const counts = rawBytes >= 1 && rawBytes <= rawBytesMax && lines >= 1 && lines <= rawBytesMax;
    if (!fits || !counts || bytes > this.parts.blockBytesMax) {
      const what = `${lines} lines, ${rawBytes} bytes raw, ${body.length} encoded and ${local.length} local`;
      return blockSizeError(this.folder, what, this.parts.blockBytesMax);
    }
    return this.queue.bytes + bytes > waitingBytesMax ? busyError(this.folder, this.queue.bytes) : null;
  }

  /**
   * Works without a timer: the first group consists of the appends of this turn, each next one of those that arrived
   * during the last write.
   */
  private async commitAll(): Promise<void> {
    await Promise.resolve();
    for (let first = this.queue.first; first; first = this.queue.first) await this.commitGroup(first);
    this.committing = null;
  }

  private async commitGroup(first: Waiting): Promise<void> {
    const { writer, segmentBytesMax } = this.parts;
    if (writer.active && writer.active.bytes + first.bytes > segmentBytesMax) {
      try {
        await writer.rollOver();
      } catch (error) {
        return this.reject([], this.failed(error));
      }
    }
    const header = writer.active ? 0 : segmentHeaderBytes;
    const room = segmentBytesMax - header - (writer.active?.bytes ?? 0);
    const wanted = this.queue.sizeOfGroup(Math.min(groupBytesMax, room));
    const granted = await this.budget.claim(header + wanted, header + first.bytes);
    try {
      const group = this.queue.take(Math.max(0, granted - header));
      if (granted > 0) await this.write(group);
      else this.reject(group, fullError(this.folder, 'its limit is reached'));
    } finally {
      this.budget.giveBack(granted);
    }
  }

  private async write(group: Waiting[]): Promise<void> {
    const { writer, log } = this.parts;
    const blocks = group.map(({ block }) => block);
    for (let attempt = 1; ; attempt++) {
      try {
        const segmentBefore = writer.active;
        const firstSeq = await writer.commit(blocks);
        if (this.failing) log.info({ lane: this.lane }, 'the journal can be written again');
        this.failing = false;
        this.removed = null;
        for (const [i, { resolve }] of group.entries()) resolve(firstSeq + i);
        this.waiters.wake();
        if (writer.active !== segmentBefore) await this.parts.onSegments({});
        return;
      } catch (error) {
        if (isDiskFull(error) && attempt <= freeAttemptsMax && (await this.budget.freeOne())) continue;
        return this.reject(group, this.failed(error));
      }
    }
  }

  /** Notes and logs a failure to write; returns its error for callers. */
  private failed(error: unknown): HarbingerError {
    let reason = isDiskFull(error)
      ? fullError(this.folder, 'the disk is full', error)
      : writeError(this.folder, error);
    if (error instanceof HarbingerError) {
      reason = error;
      this.removed = error.message;
    }
    if (!this.failing) this.parts.log.error({ lane: this.lane, cause: messageOf(error) }, reason.message);
    this.failing = true;
    return reason;
  }

  private async look(): Promise<void> {
    if (this.stopped || this.committing) return; // a commit looks itself
    try {
      await this.parts.writer.check();
      this.removed = null;
    } catch (error) {
      if (error instanceof HarbingerError) this.failed(error);
    }
  }

  /**
   * Appends queued behind a failed one fail too: a sender's later message must not be journalled before its earlier
   * one.
   */
  private reject(group: readonly Waiting[], error: HarbingerError): void {
    for (const waiting of [...group, ...this.queue.takeAll()]) waiting.reject(error);
  }
}
