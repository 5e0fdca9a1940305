import type { Lane } from '../../shared/contract/lanes.ts';
import { CachedTable } from './cached-table.ts';
import type { Store } from './database.ts';

interface Row {
  seq: number;
  movedMs: number;
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

  get(gateway: string, journal: string, lane: Lane): number {
    return this.table.get(`${gateway}/${journal}/${lane}`)?.seq ?? 0;
  }

  /** Never moves back. */
  advance(gateway: string, journal: string, lane: Lane, seq: number): void {
    const key = `${gateway}/${journal}/${lane}`;
    const known = this.table.get(key);
    if (seq <= (known?.seq ?? 0)) return;
    if (!known) this.makeRoom(gateway, lane);
    this.table.put(key, { seq, movedMs: this.nowMs() });
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
