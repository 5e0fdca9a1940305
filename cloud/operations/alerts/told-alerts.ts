import { Shares } from '../../../shared/bounds/shares.ts';
import { withReasons } from '../../../shared/contract/alert-content.ts';
import type { Store } from '../database.ts';
import { AlertRows, type Row } from './alert-rows.ts';

/** Above the limit so many are dropped at once, because it takes time to find out whose. */
const droppedPart = 0.1;

/**
 * Open alerts that are too many to be kept, and of which receivers were told: only what is needed to tell the same
 * receivers when they end. Change it only inside a transaction.
 */
export class ToldAlerts {
  readonly table: AlertRows;
  private readonly countMax: number;
  private readonly dropped: ((gateway: string) => void) | undefined;

  /** @param dropped called for each alert whose end will not be told, because there are too many even of these */
  constructor(store: Store, countMax: number, dropped?: (gateway: string) => void) {
    this.table = new AlertRows(store, 'alerts.told');
    this.countMax = countMax;
    this.dropped = dropped;
  }

  /** Keeps an alert that is removed from the open ones; one that nobody was told of needs no end. */
  keep(key: string, { alert, told }: Row): void {
    if (told.length === 0) return;
    const { history: _, ...rest } = alert;
    this.table.put(key, { alert: { ...rest, ...withReasons(alert, []) }, told });
    if (this.table.size > this.countMax) this.drop();
  }

  private drop(): void {
    const keys = new Map([...this.table.entries()].map(([key, { alert }], i) => [i + 1, { key, alert }]));
    const shares = new Shares(1);
    for (const [id, { alert }] of keys) shares.add([alert.gateway], id, 0);
    while (shares.count > this.countMax * (1 - droppedPart)) {
      const id = shares.oldestOfLargest('count') ?? 0;
      const { key, alert } = keys.get(id)!;
      shares.remove([alert.gateway], id, 0);
      this.table.remove(key);
      this.dropped?.(alert.gateway);
    }
  }
}
