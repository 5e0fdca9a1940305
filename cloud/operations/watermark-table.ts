import { crc32 } from 'node:zlib';
import { diskOf } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { CachedTable } from './cached-table.ts';
import type { Store } from './database.ts';

interface Row {
  seq: number;
  movedMs: number;
  /** Rises with each change of any watermark, whatever the clock says. Absent in rows of earlier versions. */
  used?: number;
  /**
   * Checksum of key and seq. lmdb has none, and a watermark that is too high would acknowledge batches that are not
   * stored. Absent in rows of earlier versions.
   */
  check?: number;
  /**
   * Ranges of sequence numbers below `seq`, first and last, that were missing when later blocks were stored. Absent
   * in rows of earlier versions: then nothing is known about what is below.
   */
  skipped?: readonly Range[];
}

type Range = readonly [from: number, to: number];

/** Beyond this number, the oldest ranges become one, which then also covers stored blocks between them. */
const rangesMax = 32;

/**
 * Watermarks of a gateway's lane. Each start of a gateway (a run) has a journal of its own here, and after the loss of
 * its cursors a gateway resends everything that its disk still has, from its oldest run on.
 */
export const journalsPerGatewayMax = 1_024;

type Named = [key: string, row: Row];

/** How far each lane of each journal has been stored. Change it only inside a transaction. */
export class WatermarkTable {
  readonly table: CachedTable<Row>;
  private readonly nowMs: () => number;
  private used: number;

  constructor(store: Store, nowMs: () => number) {
    this.table = new CachedTable(store, 'watermarks');
    this.nowMs = nowMs;
    this.used = 0;
    for (const row of this.table.values()) this.used = Math.max(this.used, row.used ?? 0);
  }

  /** A damaged watermark counts as 0: its batches are stored again, which leaves one copy. */
  get(gateway: string, journal: string, lane: Lane): number {
    const key = `${gateway}/${journal}/${lane}`;
    const row = this.table.get(key);
    return row && isWhole(key, row) ? row.seq : 0;
  }

  /** Number of watermarks with a wrong checksum. */
  get damaged(): number {
    return [...this.table.entries()].filter(([key, row]) => !isWhole(key, row)).length;
  }

  /** False where that is not known, because a block stored again is a smaller harm than one that is not stored. */
  isStored(gateway: string, journal: string, lane: Lane, seq: number): boolean {
    const key = `${gateway}/${journal}/${lane}`;
    const row = this.table.get(key);
    if (!row?.skipped || !isWhole(key, row) || seq > row.seq) return false;
    return !row.skipped.some(([from, to]) => from <= seq && seq <= to);
  }

  /** Moves the watermark forward to `lastSeq`, never back. */
  advance(
    gateway: string,
    journal: string,
    lane: Lane,
    { firstSeq, lastSeq }: { firstSeq: number; lastSeq: number },
  ): void {
    const key = `${gateway}/${journal}/${lane}`;
    const before = this.get(gateway, journal, lane);
    if (lastSeq <= before) return;
    if (!this.table.get(key)) this.makeRoom(key, lastSeq);
    this.used += 1;
    const known = before > 0 ? (this.table.get(key)?.skipped ?? [[1, before] as const]) : [];
    this.table.put(key, {
      seq: lastSeq,
      movedMs: this.nowMs(),
      used: this.used,
      check: checkOf(key, lastSeq),
      skipped: withRange(known, [before + 1, firstSeq - 1]),
    });
  }

  removeGateway(gateway: string): void {
    const keys = [...this.table.entries()].map(([key]) => key);
    for (const key of keys) if (key.startsWith(`${gateway}/`)) this.table.remove(key);
  }

  /** When each gateway's watermarks moved last, in ms since 1970. */
  latestMs(): Map<string, number> {
    const latest = new Map<string, number>();
    for (const [key, { movedMs }] of this.table.entries()) {
      const gateway = key.slice(0, key.indexOf('/'));
      latest.set(gateway, Math.max(latest.get(gateway) ?? 0, movedMs));
    }
    return latest;
  }

  /**
   * Removes one watermark of the same gateway and lane if there are too many: of the disk that was not used for longest,
   * and there of the oldest run. The age of a run is its place in the journal, not when its watermark was set: a gateway
   * that resends everything begins with runs whose watermarks were removed, and setting these again must not remove the
   * next ones just before they are needed. So one watermark more is kept while runs older than all others are resent.
   */
  private makeRoom(key: string, seq: number): void {
    const { lane, disk } = partsOf(key);
    const gateway = key.slice(0, key.indexOf('/'));
    const rows = [...this.table.entries()].filter(
      ([other]) => other.startsWith(`${gateway}/`) && partsOf(other).lane === lane,
    );
    if (rows.length < journalsPerGatewayMax) return;
    const ofDisk = leastUsedDisk(rows, disk);
    const [oldestKey, oldest] = ofDisk.reduce((a, b) => (b[1].seq < a[1].seq ? b : a));
    const isOlderThanAll = partsOf(oldestKey).disk === disk && seq < oldest.seq;
    if (isOlderThanAll && rows.length === journalsPerGatewayMax) return;
    this.table.remove(oldestKey);
  }
}

function withRange(ranges: readonly Range[], [from, to]: Range): readonly Range[] {
  if (from > to) return ranges;
  const [first, second, ...rest] = [...ranges, [from, to] as const];
  return ranges.length < rangesMax ? [...ranges, [from, to]] : [[first![0], second![1]], ...rest];
}

function partsOf(key: string): { disk: string; lane: string } {
  const [, journal = '', lane = ''] = key.split('/');
  return { disk: diskOf(journal), lane };
}

/** The watermarks of the disk whose latest change is the oldest; of `current` only if there is no other. */
function leastUsedDisk(rows: readonly Named[], current: string): Named[] {
  const byDisk = new Map<string, { latest: number; rows: Named[] }>();
  for (const named of rows) {
    const { disk } = partsOf(named[0]);
    const known = byDisk.get(disk) ?? { latest: 0, rows: [] };
    known.latest = Math.max(known.latest, named[1].used ?? 0);
    known.rows.push(named);
    byDisk.set(disk, known);
  }
  const own = byDisk.get(current);
  byDisk.delete(current);
  const others = [...byDisk.values()].sort((a, b) => a.latest - b.latest);
  return (others[0] ?? own)!.rows;
}

function checkOf(key: string, seq: number): number {
  return crc32(`${key} ${seq}`);
}

/** A row without a checksum was written by an earlier version. */
function isWhole(key: string, { seq, check }: Row): boolean {
  return Number.isSafeInteger(seq) && (check === undefined || check === checkOf(key, seq));
}
