import { alertSaid } from '../../../shared/contract/alert-content.ts';
import type { Alert } from '../../ports/alerts.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import { keyOf, type Store } from '../database.ts';

/** An alert, and what its receivers know of it. */
export interface Row {
  alert: Alert;
  /** Names of the notifiers that have heard of this alert. */
  told: string[];
  /** Names of the notifiers that are told of it as it is then, as soon as they may be. */
  later?: string[];
  /** Since when nobody has acknowledged it, in ms since 1970; absent: somebody has, or an earlier version did not say. */
  waitsSinceMs?: number;
  /** When it was changed last, in ms since 1970; earlier versions did not say. */
  changedMs?: number;
}

/**
 * Rows of alerts, with the open ones by what they are about: each event asks for those of its machine, and must not look at all.
 * Change it only inside a transaction.
 */
export class AlertRows {
  private readonly table: CachedTable<Row>;
  private open = new Map<string, Map<string, Row>>();
  private opened = 0;

  constructor(store: Store, name: string) {
    this.table = new CachedTable(store, name);
    this.index();
  }

  get size(): number {
    return this.table.size;
  }

  count(state: Alert['state']): number {
    return state === 'open' ? this.opened : this.table.size - this.opened;
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.index();
  }

  get(key: string): Row | undefined {
    return this.table.get(key);
  }

  put(key: string, row: Row): void {
    this.unlist(key);
    this.table.put(key, row);
    this.list(key, row);
  }

  remove(key: string): void {
    this.unlist(key);
    this.table.remove(key);
  }

  entries(): IterableIterator<[string, Row]> {
    return this.table.entries();
  }

  values(): IterableIterator<Row> {
    return this.table.values();
  }

  /** The open ones about a machine. */
  openOf(name: MachineName): Row[] {
    return [...(this.open.get(machineKey(name))?.values() ?? [])];
  }

  /** How many `openOf` returns. */
  openCountOf(name: MachineName): number {
    return this.open.get(machineKey(name))?.size ?? 0;
  }

  private index(): void {
    this.open = new Map();
    this.opened = 0;
    for (const [key, row] of this.table.entries()) this.list(key, row);
  }

  private list(key: string, row: Row): void {
    if (row.alert.state !== 'open') return;
    const subject = subjectOf(row);
    const rows = this.open.get(subject) ?? new Map<string, Row>();
    rows.set(key, row);
    this.open.set(subject, rows);
    this.opened += 1;
  }

  private unlist(key: string): void {
    const row = this.table.get(key);
    if (row?.alert.state !== 'open') return;
    const subject = subjectOf(row);
    const rows = this.open.get(subject);
    rows?.delete(key);
    if (rows?.size === 0) this.open.delete(subject);
    this.opened -= 1;
  }
}

export function rowKey(gateway: string, alertId: string): string {
  return `${gateway}/${keyOf(alertId)}`;
}

/** A machine's key, or a key that no machine has: names have no spaces. */
function subjectOf({ alert }: Row): string {
  const { machine, where } = alertSaid(alert);
  return machine ? machineKey({ gateway: alert.gateway, ...machine }) : `${alert.gateway} ${where}`;
}

function machineKey({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}
