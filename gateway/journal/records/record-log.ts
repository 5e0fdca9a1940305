import { codeOf, isDiskFull, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type RecordChange, type Records, recordBytesMax } from '../../ports/records.ts';
import { blockHeaderBytes } from '../segments/format.ts';
import { type LaneFiles, type Segment, segmentPath } from '../segments/segment.ts';
import type { SegmentWriter } from '../segments/writer.ts';
import { blockOf, bodiesOf } from './bodies.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import type { Position, Positions } from './positions.ts';
import { scanEntries } from './scan-entries.ts';

/** Segments that may exist beyond twice the size of the live records. */
const segmentsSpare = 4;
/** A record is given up after this many failed reads, so that it does not make the folder grow. */
const readAttemptsMax = 100;

interface Waiting {
  changes: readonly RecordChange[];
  sync: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Records in the journal's segments. Changes requested together are appended with one write and at most one sync.
 * Entries replaced by newer ones are garbage. While there is too much of it, the live entries of the oldest segment are
 * appended again, and that segment is removed; as the oldest is removed first, no deletion disappears before the record
 * that it deletes.
 *
 * After a failed write or sync the segment is cut off, or abandoned, and the next one states where it ends (see
 * SegmentWriter): nothing is ever written behind doubtful bytes.
 */
export class RecordLog implements Records {
  /** A segment of this length is closed; one write may exceed it. Blocks have the same limit. */
  private readonly segmentBytesMax: number;
  private readonly files: LaneFiles;
  private readonly segments: Segment[];
  private readonly writer: SegmentWriter;
  private readonly positions: Positions;
  private readonly log: Log;
  private readonly release: () => Promise<void>;
  private waiting: Waiting[] = [];
  private working: Promise<void> | null = null;
  private isStopped = false;
  private cleaningFailures = 0;
  /** Segments with entries that a power cut may lose: written without a sync, or left after a failed sync. */
  private readonly unsynced = new Set<Segment>();

  constructor(parts: {
    segmentBytesMax: number;
    files: LaneFiles;
    segments: Segment[];
    writer: SegmentWriter;
    positions: Positions;
    log: Log;
    release: () => Promise<void>;
  }) {
    this.segmentBytesMax = parts.segmentBytesMax;
    this.files = parts.files;
    this.segments = parts.segments;
    this.writer = parts.writer;
    this.positions = parts.positions;
    this.log = parts.log;
    this.release = parts.release;
  }

  get writtenBytes(): number {
    return this.writer.writtenBytes;
  }

  keys(): Iterable<string> {
    return this.positions.keys();
  }

  async *entries(): AsyncGenerator<[key: string, value: Buffer]> {
    for (const segment of this.segments) {
      for await (const { entry, position } of scanEntries(this.files, segment)) {
        const newest = this.positions.get(entry.key);
        if (entry.value && newest?.segment === segment && newest.at === position.at)
          yield [entry.key, Buffer.from(entry.value)];
      }
    }
  }

  async get(key: string): Promise<Buffer | null> {
    for (;;) {
      const position = this.positions.get(key);
      if (!position) return null;
      try {
        return await this.read(key, position);
      } catch (error) {
        // The record was just appended again, and its segment removed.
        if (codeOf(error) !== 'ENOENT' || this.positions.get(key) === position) throw error;
      }
    }
  }

  write(changes: readonly RecordChange[], sync: boolean): Promise<void> {
    if (this.isStopped) return Promise.reject(new Error(`${this.files.dir} is closed`));
    const large = changes.find(({ key, value }) => key.length * 3 + (value?.length ?? 0) > recordBytesMax);
    if (large) return Promise.reject(new RangeError(`a record of ${large.value?.length} bytes is too large`));
    return new Promise((resolve, reject) => {
      this.waiting.push({ changes, sync, resolve, reject });
      this.working ??= this.work();
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.working;
    await this.writer.seal();
    await this.release();
  }

  /**
   * The first group consists of the changes requested in this turn, each next one of those requested during the last
   * write.
   */
  private async work(): Promise<void> {
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0);
      const changes = group.flatMap((one) => one.changes);
      try {
        const sync = group.some((one) => one.sync);
        if (changes.length > 0) await this.appendFreeing(changes, sync);
      } catch (error) {
        for (const { reject } of group) reject(error);
        continue;
      }
      for (const { resolve } of group) resolve();
      await this.clean();
    }
    this.working = null;
  }

  /** Appends. On a full disk it first removes old segments, if they are mostly garbage. */
  private async appendFreeing(changes: readonly RecordChange[], sync: boolean): Promise<void> {
    for (let left = this.segments.length; ; left--) {
      try {
        return await this.append(changes, sync);
      } catch (error) {
        if (left <= 1 || !isDiskFull(error) || !(await this.hasFreedOldest())) throw error;
      }
    }
  }

  private async hasFreedOldest(): Promise<boolean> {
    const [oldest, next] = this.segments;
    if (!oldest || !next) return false;
    const live = this.positions.inSegment(oldest).reduce((sum, [, { bytes }]) => sum + bytes, 0);
    if (live > oldest.bytes / 2) return false;
    // Live records must be written again first; these may still fit where the larger write did not.
    return this.removeOldest().then(
      () => true,
      () => false,
    );
  }

  private async append(changes: readonly RecordChange[], sync: boolean): Promise<void> {
    const { writer, segmentBytesMax } = this;
    const entries = changes.map((change) => encodeEntry(change, this.files.seed));
    const bodies = bodiesOf(entries, segmentBytesMax);
    const bytes = bodies.reduce((sum, body) => sum + blockHeaderBytes + body.length, 0);
    // A segment is synced when it is closed, so that a later sync covers everything before it.
    const closes = (writer.active?.bytes ?? 0) + bytes >= segmentBytesMax;
    await writer.commit(bodies.map(blockOf), sync || closes);
    const segment = writer.active!;
    if (sync || closes) this.unsynced.delete(segment);
    else this.unsynced.add(segment);
    let at = segment.end - bytes;
    let i = 0;
    for (const body of bodies) {
      at += blockHeaderBytes;
      for (const end = at + body.length; at < end; i++) {
        const position = { segment, at, bytes: entries[i]!.length };
        this.positions.set(changes[i]!, position);
        at += position.bytes;
      }
    }
    if (closes) await writer.seal();
  }

  /** Removes the oldest segment while there are too many. A failure is retried after the next write. */
  private async clean(): Promise<void> {
    const { segments, positions, log, segmentBytesMax } = this;
    const isTooMuch = () => {
      const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
      const room = 2 * positions.liveBytes;
      const spare = segmentsSpare * segmentBytesMax;
      return (
        segments.length > 1 &&
        (bytes > room + spare || segments.length > room / segmentBytesMax + segmentsSpare)
      );
    };
    try {
      while (isTooMuch()) await this.removeOldest();
      this.cleaningFailures = 0;
    } catch (error) {
      this.cleaningFailures++;
      if (this.cleaningFailures === 1)
        log.warn({ dir: this.files.dir, cause: messageOf(error) }, 'old records could not be removed yet');
    }
  }

  private async removeOldest(): Promise<void> {
    const { files, segments, unsynced } = this;
    const oldest = segments[0]!;
    let live = this.positions.inSegment(oldest);
    // Entries that replaced older ones must survive a power cut before those may be removed. A sync of the active
    // segment covers all of it.
    for (const segment of unsynced)
      if (segment !== this.writer.active) live = [...live, ...this.positions.inSegment(segment)];
    const changes: RecordChange[] = [];
    for (const [key, position] of live) {
      const value = await this.read(key, position).catch((error) => this.giveUp(key, error));
      changes.push({ key, value });
    }
    if (changes.length > 0) await this.append(changes, true);
    else if (unsynced.size > 0) await this.writer.sync();
    unsynced.clear();
    await files.fs.remove(segmentPath(files, oldest.firstSeq)).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    // The next segment may hold deletions of records in this one, so this one must be removed durably before that one
    // is.
    await files.fs.syncDir(files.dir);
    segments.shift();
  }

  /** @throws the error while it may be temporary */
  private giveUp(key: string, error: unknown): null {
    if (codeOf(error) !== undefined && this.cleaningFailures < readAttemptsMax) throw error;
    this.log.error(
      { dir: this.files.dir, key, cause: messageOf(error) },
      'a record could not be read; it is lost',
    );
    return null;
  }

  private async read(key: string, { segment, at, bytes }: Position): Promise<Buffer> {
    const { fs, seed } = this.files;
    const file = await fs.open(segmentPath(this.files, segment.firstSeq), 'read');
    try {
      const entry = Buffer.alloc(bytes);
      await file.read(entry, at);
      const { value, key: found } = decodeEntry(entry, 0, seed) ?? {};
      if (found === key && value) return value;
      throw new Error(`the record ${key} in ${this.files.dir} is damaged`);
    } finally {
      await file.close();
    }
  }
}
