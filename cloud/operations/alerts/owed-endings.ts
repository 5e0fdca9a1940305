import type { EndedInCloud } from '../../../shared/contract/alerts/ended-in-cloud.ts';
import type { RecordKnown } from '../../../shared/contract/notices/record-begun.ts';
import type { OwedEndings } from '../../ports/alerts.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';
import { rowKey } from './alert-rows.ts';

/** Beyond it, the one that is owed for longest is forgotten: its alert then stays open at the gateway until its cause ends. */
const ofGatewayMax = 1_000;

interface Row {
  gateway: string;
  ended: EndedInCloud;
  record: RecordKnown['record'];
  /** `site/machine`, or what the gateway has reported of itself. */
  where: string;
  /** Counts up: the order in which they are sent. */
  seq: number;
}

/**
 * Alerts that are over here and may still be open at their gateways, until these say the end themselves. Change it only inside a
 * transaction.
 */
export class OwedEndingsTable implements OwedEndings {
  private readonly table: CachedTable<Row>;
  private readonly listeners = new Set<(gateway: string) => void>();

  constructor(store: Store) {
    this.table = new CachedTable(store, 'alerts.endings');
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
  }

  of(gateway: string): EndedInCloud[] {
    return this.rowsOf(gateway).map(({ ended }) => ended);
  }

  onOwed(listener: (gateway: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells listeners. Call it after the transaction. */
  announce(gateways: Iterable<string>): void {
    for (const gateway of gateways) for (const listener of this.listeners) listener(gateway);
  }

  /** Returns false if the same is owed already. */
  owe({ gateway, ended, record, where }: Omit<Row, 'seq'>): boolean {
    const key = rowKey(gateway, ended.alertId);
    if (this.table.get(key)) return false;
    const rows = this.rowsOf(gateway);
    const [oldest] = rows;
    if (oldest && rows.length >= ofGatewayMax) this.settle(gateway, oldest.ended.alertId);
    this.table.put(key, { gateway, ended, record, where, seq: (rows.at(-1)?.seq ?? 0) + 1 });
    return true;
  }

  /** The gateway has said the end, or the alert is open again. */
  settle(gateway: string, alertId: string): void {
    const key = rowKey(gateway, alertId);
    if (this.table.get(key)) this.table.remove(key);
  }

  /** The gateway has no other alerts of this record than these. */
  settleOthers(gateway: string, record: string, isKnown: (alertId: string) => boolean): void {
    for (const row of this.rowsOf(gateway))
      if (row.record === record && !isKnown(row.ended.alertId)) this.settle(gateway, row.ended.alertId);
  }

  /** A machine has another name, or another gateway. */
  move(from: MachineName, to: MachineName): void {
    for (const row of this.rowsOf(from.gateway)) {
      if (row.record !== 'predictions' || row.where !== `${from.site}/${from.machine}`) continue;
      this.settle(from.gateway, row.ended.alertId);
      this.owe({ ...row, gateway: to.gateway, where: `${to.site}/${to.machine}` });
    }
  }

  removeOf(gateway: string): void {
    for (const row of this.rowsOf(gateway)) this.settle(gateway, row.ended.alertId);
  }

  /** The one that is owed for longest first. */
  private rowsOf(gateway: string): Row[] {
    if (this.table.size === 0) return [];
    return [...this.table.values()].filter((row) => row.gateway === gateway).sort((a, b) => a.seq - b.seq);
  }
}
