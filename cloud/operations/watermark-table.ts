import { crc32 } from 'node:zlib';
import type { Lane } from '../../shared/contract/lanes.ts';
import { CachedTable } from './cached-table.ts';
import type { Store } from './database.ts';

interface Row {
  seq: number;
  movedMs: number;
  /**
   * Checksum of key and seq. lmdb has none, and a watermark that is too high would acknowledge batches that are not
   * stored. Absent in rows of earlier versions.
   */
  check?: number;
}

/** Each start of a gateway has a journal of its own; only batches of the latest journals are ever resent. */
const journalsPerGatewayMax = 64;

/** How far each lane of each journal has been stored. Change it only inside a transaction. */
export class WatermarkTable {
  readonly table: CachedTable<Row>;
  private readonly nowMs: () => number;

  constructor(store: Store, nowMs: () => number) {
    this.table = new CachedTable(store, 'watermarks');
    this.nowMs = nowMs;
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

  /** Moves the watermark forward, never back. */
  advance(gateway: string, journal: string, lane: Lane, seq: number): void {
    const key = `${gateway}/${journal}/${lane}`;
    if (seq <= this.get(gateway, journal, lane)) return;
    if (!this.table.get(key)) this.makeRoom(gateway, lane);
    this.table.put(key, { seq, movedMs: this.nowMs(), check: checkOf(key, seq) });
  }

  private makeRoom(gateway: string, lane: Lane): void {
    const rows = [...this.table.entries()].filter(
      ([key]) => key.startsWith(`${gateway}/`) && key.endsWith(`/${lane}`),
    );
    if (rows.length < journalsPerGatewayMax) return;
    rows.sort(([, a], [, b]) => a.movedMs - b.movedMs);
    this.table.remove(rows[0]![0]);
  }
}

function checkOf(key: string, seq: number): number {
  return crc32(`${key} ${seq}`);
}

/** A row without a checksum was written by an earlier version. */
function isWhole(key: string, { seq, check }: Row): boolean {
  return Number.isSafeInteger(seq) && (check === undefined || check === checkOf(key, seq));
}
