import type { AlertChange, Notification } from '../../shared/notifiers/notifier.ts';
import type { DeadNotification, DeadNotifications, NotificationQueue } from '../ports/notifications.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import { BoundedLog } from './bounded-log.ts';
import { CachedTable } from './cached-table.ts';
import { keyOf, type Store } from './database.ts';

export interface QueueOptions {
  /** Limit for each notifier. At the limit, the oldest one becomes a dead notification. */
  waitingMax: number;
  deadMax: number;
  nowMs(): number;
  transaction<T>(change: () => T): Promise<T>;
}

interface Row {
  notification: Notification;
  alertId: string;
}

/** A retry that lies further ahead than this was planned before the clock was set back, and is due now. */
const plannedAheadMsMax = 3_600_000;
const confirmedMax = 20_000;

/**
 * See the ports. The keys of confirmed notifications are kept too, so that an event that is applied again after it was
 * evicted does not queue them a second time.
 */
export class StoredQueue implements NotificationQueue, DeadNotifications {
  readonly table: CachedTable<Row>;
  private readonly confirmed: BoundedLog<number>;
  private readonly deadLetters: BoundedLog<DeadNotification & { alertId: string }>;
  private readonly options: QueueOptions;
  private readonly listeners = new Set<(notifier: string) => void>();

  constructor(store: Store, options: QueueOptions) {
    this.options = options;
    this.table = new CachedTable(store, 'notifications');
    this.confirmed = new BoundedLog(store, 'confirmed', { countMax: confirmedMax });
    this.deadLetters = new BoundedLog(store, 'dead', { countMax: options.deadMax });
  }

  /** Queues a notification, unless it is queued, dead or confirmed already. Call it inside a transaction. */
  enqueue(owed: Pick<Notification, 'notifier' | 'change' | 'event'>, alertId: string): void {
    const eventId = keyOf(owed.event.id);
    const key = notificationKey(alertId, owed.change, eventId, owed.notifier);
    // Version 0.1.0 encoded the event's id.
    const earlierKey = notificationKey(alertId, owed.change, encodeURIComponent(eventId), owed.notifier);
    if (this.isKnown(key) || this.isKnown(earlierKey)) return;
    this.append({ ...owed, key, attempts: 0, nextAttemptMs: this.options.nowMs(), lastError: null }, alertId);
  }

  /** Tells listeners of new notifications. Call it after the transaction that queued them. */
  announce(notifiers: Iterable<string>): void {
    for (const notifier of notifiers) for (const listener of this.listeners) listener(notifier);
  }

  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null } {
    const held = new Set<string>();
    let atMs: number | null = null;
    for (const { notification, alertId } of this.rowsOf(notifier)) {
      if (held.has(alertId)) continue;
      const waitMs = notification.nextAttemptMs - nowMs;
      if (waitMs <= 0 || waitMs > plannedAheadMsMax) return { due: notification };
      held.add(alertId);
      atMs = Math.min(atMs ?? notification.nextAttemptMs, notification.nextAttemptMs);
    }
    return { due: null, atMs };
  }

  async confirm(notification: Notification): Promise<void> {
    await this.options.transaction(() => {
      this.confirmed.add(this.options.nowMs(), { id: notification.key });
      this.drop(notification.key);
    });
  }

  async retryAt(notification: Notification, atMs: number, reason: string): Promise<void> {
    await this.options.transaction(() => {
      const found = this.find(notification.key);
      if (!found) return;
      const [rowKey, row] = found;
      const attempts = notification.attempts + 1;
      this.table.put(rowKey, {
        ...row,
        notification: { ...row.notification, attempts, nextAttemptMs: atMs, lastError: reason },
      });
    });
  }

  async giveUp(notification: Notification, reason: string): Promise<void> {
    await this.options.transaction(() => {
      const found = this.find(notification.key);
      if (!found) return;
      const attempts = notification.attempts + 1;
      this.buryRow({ ...found[1], notification: { ...found[1].notification, attempts } }, reason);
    });
  }

  dead(query: PageQuery): Page<DeadNotification> {
    const page = this.deadLetters.page(query);
    return { ...page, items: page.items.map(({ alertId: _, ...dead }) => dead) };
  }

  async redrive(key: string): Promise<boolean> {
    const notifier = await this.options.transaction(() => {
      const seq = this.deadLetters.seqOf(key);
      const dead = seq === undefined ? undefined : this.deadLetters.get(seq);
      if (seq === undefined || !dead) return null;
      this.deadLetters.remove(seq);
      this.append({ ...dead.notification, attempts: 0, nextAttemptMs: this.options.nowMs() }, dead.alertId);
      return dead.notification.notifier;
    });
    if (notifier !== null) this.announce([notifier]);
    return notifier !== null;
  }

  waiting(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { notification } of this.table.values()) {
      counts.set(notification.notifier, (counts.get(notification.notifier) ?? 0) + 1);
    }
    return counts;
  }

  deadCount(): number {
    return this.deadLetters.count();
  }

  onQueued(listener: (notifier: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private append(notification: Notification, alertId: string): void {
    const rows = this.rowsOf(notification.notifier);
    if (rows.length >= this.options.waitingMax) this.buryRow(rows[0]!, 'too many notifications were waiting');
    this.table.put(this.newRowKey(), { notification, alertId });
  }

  private buryRow(row: Row, reason: string): void {
    const { notification, alertId } = row;
    const dead = {
      notification: { ...notification, lastError: reason },
      atMs: this.options.nowMs(),
      reason,
      alertId,
    };
    this.deadLetters.add(dead, { id: notification.key });
    this.drop(notification.key);
  }

  private rowsOf(notifier: string): Row[] {
    return [...this.table.values()].filter((row) => row.notification.notifier === notifier);
  }

  private isKnown(key: string): boolean {
    return this.confirmed.has(key) || this.deadLetters.has(key) || this.find(key) !== undefined;
  }

  private find(key: string): [string, Row] | undefined {
    for (const entry of this.table.entries()) if (entry[1].notification.key === key) return entry;
    return undefined;
  }

  private drop(key: string): void {
    const found = this.find(key);
    if (found) this.table.remove(found[0]);
  }

  /** Keys rise, so that the order of the table is the order of arrival. */
  private newRowKey(): string {
    let last = '0';
    for (const [key] of this.table.entries()) last = key;
    return String(Number(last) + 1).padStart(16, '0');
  }
}

/**
 * Short ASCII without spaces, so that it fits into an HTTP header as it is. Only the event's id may contain slashes: the
 * alert's id is encoded, and neither changes nor names of notifiers have any.
 */
function notificationKey(alertId: string, change: AlertChange, eventId: string, notifier: string): string {
  return [encodeURIComponent(keyOf(alertId)), change, eventId, notifier].join('/');
}
