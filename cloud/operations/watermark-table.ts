import { crc32 } from 'node:zlib';
import type { Lane } from '../../shared/contract/lanes.ts';
import { CachedTable } from './cached-table.ts';
import type { Store } from './database.ts';

interface Row {
  seq: number;
  movedMs: number;
  /** Of key and seq: lmdb has no checksums, and a watermark that is too high has batches acknowledged that are not stored. */
  check?: number;
}

/** To us each start of a gateway is a journal of its own; what is sent again is of the latest ones. */
const journalsPerGatewayMax = 64;

/** How far each journal's lanes have come. Change it only inside a transaction. */
export class WatermarkTable {
  readonly table: CachedTable<Row>;
  private readonly nowMs: () => number;

  constructor(store: Store, nowMs: () => number) {
    this.table = new CachedTable(store, 'watermarks');
    this.nowMs = nowMs;
  }

  /** 0 for one that is damaged: its batches are stored again, which leaves one copy. */
  get(gateway: string, journal: string, lane: Lane): number {
    const key = `${gateway}/${journal}/${lane}`;
    const row = this.table.get(key);
    return row && isWhole(key, row) ? row.seq : 0;
  }

  /** How many cannot be believed. */
  get damaged(): number {
    return [...this.table.entries()].filter(([key, row]) => !isWhole(key, row)).length;
  }

  /** Never moves back. */
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

/** Without a checksum it is of an earlier version. */
function isWhole(key: string, { seq, check }: Row): boolean {
  return Number.isSafeInteger(seq) && (check === undefined || check === checkOf(key, seq));
}
