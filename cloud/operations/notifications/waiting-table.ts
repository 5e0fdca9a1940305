import type { Notification } from '../../../shared/notifiers/notifier.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';

/** A notification that waits. */
export interface Row {
  /** A dead digest that was sent again is one too. */
  notification: Notification;
  /** Empty for a digest. */
  alertId: string;
}

/** Waiting notifications in order of arrival, found by notifier and by key. Change it only inside a transaction. */
export class WaitingTable {
  private readonly table: CachedTable<Row>;
  /** Rows by notifier and row key, in order. */
  private byNotifier = new Map<string, Map<string, Row>>();
  /** Row keys by key of notification. */
  private rowKeys = new Map<string, string>();
  private last = 0;

  constructor(store: Store) {
    this.table = new CachedTable(store, 'notifications');
    this.index();
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.index();
  }

  of(notifier: string): Row[] {
    return [...(this.byNotifier.get(notifier)?.values() ?? [])];
  }

  counts(): Map<string, number> {
    return new Map([...this.byNotifier].map(([notifier, rows]) => [notifier, rows.size]));
  }

  find(key: string): Row | undefined {
    return this.table.get(this.rowKeys.get(key) ?? '');
  }

  add(row: Row): void {
    this.last += 1;
    this.put(String(this.last).padStart(16, '0'), row);
  }

  /** Replaces the notification with the same key, if it waits. */
  replace(notification: Notification): void {
    const rowKey = this.rowKeys.get(notification.key);
    const row = rowKey === undefined ? undefined : this.table.get(rowKey);
    if (rowKey !== undefined && row) this.put(rowKey, { ...row, notification });
  }

  /** Puts another notification in the place of one that waits. */
  takePlace({ key }: Pick<Notification, 'key'>, row: Row): void {
    const rowKey = this.rowKeys.get(key);
    if (rowKey === undefined) return;
    this.rowKeys.delete(key);
    this.put(rowKey, row);
  }

  remove({ key, notifier }: Pick<Notification, 'key' | 'notifier'>): void {
    const rowKey = this.rowKeys.get(key);
    if (rowKey === undefined) return;
    this.table.remove(rowKey);
    this.rowKeys.delete(key);
    const rows = this.byNotifier.get(notifier);
    rows?.delete(rowKey);
    if (rows?.size === 0) this.byNotifier.delete(notifier);
  }

  private put(rowKey: string, row: Row): void {
    this.table.put(rowKey, row);
    this.learn(rowKey, row);
  }

  private learn(rowKey: string, row: Row): void {
    const { notifier, key } = row.notification;
    this.rowKeys.set(key, rowKey);
    const rows = this.byNotifier.get(notifier);
    if (rows) rows.set(rowKey, row);
    else this.byNotifier.set(notifier, new Map([[rowKey, row]]));
  }

  private index(): void {
    this.byNotifier = new Map();
    this.rowKeys = new Map();
    this.last = 0;
    for (const [rowKey, row] of this.table.entries()) {
      this.learn(rowKey, row);
      this.last = Math.max(this.last, Number(rowKey));
    }
  }
}
