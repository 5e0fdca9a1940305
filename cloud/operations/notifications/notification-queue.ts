/**
 * Notifications (cloud/operations/notifications): what is owed to receivers, bounded for each notifier without forgetting
 * an alert: those that are too many, or that were given up, are summed up in a digest. Here: the queue. Delivery is in
 * cloud/alerts.
 */
import { contentOf, reporterOf } from '../../../shared/contract/alert-content.ts';
import type { AlertEvent } from '../../../shared/contract/events.ts';
import type { AlertTold } from '../../../shared/contract/notices/alert-told.ts';
import { summaryOf } from '../../../shared/notifications/digest-data.ts';
import { isDue, MachineOrder, subjectOf } from '../../../shared/notifications/owed/machine-order.ts';
import type { DeadNotification, NotificationQueue } from '../../../shared/notifications/queue.ts';
import type {
  AlertNotification,
  DigestNotification,
  Notification,
} from '../../../shared/notifiers/notifier.ts';
import type { DeadNotifications } from '../../ports/notifications.ts';
import type { Page, PageQuery } from '../../ports/page.ts';
import { BoundedLog } from '../bounded-log.ts';
import type { Store } from '../database.ts';
import { Digests, type DigestsOptions } from './digests.ts';
import {
  aboutOf,
  type Ended,
  earliest,
  keysOf,
  lateRows,
  oldestOfLargest,
  untoldEnds,
} from './queue-rows.ts';
import { toldBySite, untoldBefore, waitMsOf } from './site-first.ts';
import { Turns } from './turns.ts';
import { type Row, WaitingTable } from './waiting-table.ts';

export interface QueueOptions extends DigestsOptions {
  /** Limit for each notifier. At the limit, the alert of the oldest one is told by the digest. */
  waitingMax: number;
  deadMax: number;
  /** Called when a notifier's digest begins, and with the number of dead notifications that were dropped. */
  digestBegun?(notifier: string): void;
  deadDropped?(): void;
  transaction<T>(change: () => T): Promise<T>;
  /** The group of a notifier: gateways may tell it themselves, and say so within `siteFirstMs`. */
  groupOf?(notifier: string): string | undefined;
  isForPeople?(notifier: string): boolean;
  /** The time of a dead notification that is added now. */
  stampMs?(): number;
}

const confirmedMax = 20_000;

/** See the ports. Keys of confirmed notifications are kept too, so that an event that is applied again queues none a second time. */
export class StoredQueue implements NotificationQueue, DeadNotifications {
  private readonly table: WaitingTable;
  private readonly digests: Digests;
  private readonly confirmed: BoundedLog<number>;
  /** Notifications that were given up; those that wait have no age. */
  readonly deadLetters: BoundedLog<DeadNotification & { alertId: string }>;
  private readonly options: QueueOptions;
  private readonly listeners = new Set<(notifier: string) => void>();
  /** The alerts whose notifications are being sent (`aboutOf`), by notifier. */
  private readonly inHand = new Map<string, string>();
  private readonly order = new MachineOrder();
  private readonly turns = new Turns();

  constructor(store: Store, options: QueueOptions) {
    this.options = options;
    this.table = new WaitingTable(store);
    this.confirmed = new BoundedLog(store, 'confirmed', { countMax: confirmedMax });
    this.deadLetters = new BoundedLog(store, 'dead', {
      countMax: options.deadMax,
      ...(options.stampMs && { stampMs: options.stampMs }),
    });
    this.digests = new Digests(store, options);
  }

  /** Rereads what is in memory, after a failed transaction. */
  reload(): void {
    this.table.reload();
    this.digests.reload();
  }

  /**
   * Queues a notification, unless it is queued, dead or confirmed already, or the notifier's digest tells of the alert.
   * Call it inside a transaction.
   */
  enqueue(owed: Pick<AlertNotification, 'notifier' | 'change' | 'event'>, alertId: string): void {
    const { change, notifier } = owed;
    const [key, ...earlierKeys] = keysOf(owed, alertId);
    if ([key, ...earlierKeys].some((each) => this.isKnown(each))) return;
    const nowMs = this.options.nowMs();
    const group = this.options.groupOf?.(notifier);
    if (change === 'resolved' && group !== undefined)
      this.drop(untoldBefore(this.others(notifier), owed, alertId, nowMs));
    const nextAttemptMs = nowMs + waitMsOf(owed.event, group);
    const notification = { ...owed, key, attempts: 0, nextAttemptMs, lastError: null };
    this.append(notification, alertId);
    this.tellOnce(notification);
    this.order.wake(notification);
  }

  /** A gateway has told these changes to the group itself. Call it inside a transaction. */
  toldAtSite(gateway: string, told: AlertTold): void {
    for (const notifier of this.table.counts().keys())
      if (this.options.groupOf?.(notifier) === told.group)
        this.drop(toldBySite(this.others(notifier), gateway, told));
  }

  /** An alert has ended. What waits of it for others than those who hear that tells its end too. Call it inside a transaction. */
  ended(alert: Ended, hearing: readonly string[]): void {
    for (const notifier of this.table.counts().keys()) {
      if (hearing.includes(notifier)) continue;
      const { late, gone } = lateRows(this.table.of(notifier), alert);
      if (late) this.table.replace(late);
      this.drop(gone.filter((row) => aboutOf(row) !== this.inHand.get(notifier)));
    }
  }

  /** Alerts that opened and ended while people could not be told are told by one notification, in the place of the first. */
  private tellOnce(about: Notification): void {
    if (!this.options.isForPeople?.(about.notifier)) return;
    const subject = subjectOf(about);
    const isAbout = ({ notification }: Row) => subjectOf(notification) === subject;
    if (!this.table.of(about.notifier).some((row) => row.notification.attempts > 0 && isAbout(row))) return;
    const rows = this.others(about.notifier).filter(isAbout);
    for (const { rows: waiting, end } of untoldEnds(rows)) {
      const [first, ...later] = waiting;
      this.table.remove(end);
      this.table.takePlace(first.notification, { ...first, notification: end });
      this.confirmed.add(this.options.nowMs(), { id: first.notification.key });
      this.drop(later.slice(0, -1));
    }
  }

  /** Rows that wait, but for what is being sent and all else about that alert. */
  private others(notifier: string): Row[] {
    const inHand = this.inHand.get(notifier);
    return this.table.of(notifier).filter((row) => aboutOf(row) !== inHand);
  }

  /** They count as confirmed, so that an event that is applied again does not queue them. */
  private drop(rows: readonly Row[]): void {
    for (const { notification } of rows) {
      this.table.remove(notification);
      this.confirmed.add(this.options.nowMs(), { id: notification.key });
    }
  }

  /** Tells listeners of new notifications. Call it after the transaction that queued them. */
  announce(notifiers: Iterable<string>): void {
    for (const notifier of notifiers) for (const listener of this.listeners) listener(notifier);
  }

  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null } {
    this.inHand.delete(notifier);
    const digestMs = this.digests.dueMs(notifier);
    if (digestMs !== undefined && isDue(digestMs, nowMs)) {
      const digest = this.digests.notification(notifier);
      if (digest) return { due: digest };
    }
    const { due, atMs } = this.order.due(notifier, this.table.of(notifier), nowMs);
    const chosen = this.turns.next(notifier, due);
    if (!chosen) return { due: null, atMs: earliest(digestMs, atMs) };
    this.inHand.set(notifier, aboutOf(chosen));
    return { due: chosen.notification };
  }

  async confirm(notification: Notification): Promise<void> {
    await this.options.transaction(() => {
      if (this.isOfDigest(notification)) return this.digests.confirm(notification);
      this.confirmed.add(this.options.nowMs(), { id: notification.key });
      this.table.remove(notification);
      this.order.wake(notification);
    });
  }

  async retryAt(notification: Notification, atMs: number, reason: string): Promise<void> {
    await this.options.transaction(() => {
      if (this.isOfDigest(notification)) return this.digests.retryAt(notification, atMs, reason);
      const attempts = notification.attempts + 1;
      // Its alert may have ended meanwhile, which changes what is told.
      const kept = this.table.find(notification.key)?.notification ?? notification;
      this.table.replace({ ...kept, attempts, nextAttemptMs: atMs, lastError: reason });
      this.order.failed(notification, atMs);
      this.inHand.delete(notification.notifier);
      this.tellOnce(kept);
    });
  }

  async giveUp(notification: Notification, reason: string, why: 'refused' | 'unanswered'): Promise<void> {
    await this.options.transaction(() => {
      const attempts = notification.attempts + 1;
      if (this.isOfDigest(notification)) {
        this.bury({ notification: { ...notification, attempts }, alertId: '' }, reason);
        return this.digests.confirm(notification);
      }
      const found = this.table.find(notification.key);
      if (!found) return;
      this.order.wake(notification);
      const row = { ...found, notification: { ...found.notification, attempts } };
      this.table.remove(notification);
      this.bury(row, reason);
      if (why === 'unanswered') this.sumUp(row);
    });
  }

  dead(query: PageQuery): Page<DeadNotification> {
    const { items, ...page } = this.deadLetters.page(query);
    return { ...page, items: items.map(({ alertId: _, ...dead }) => dead) };
  }

  async redrive(key: string): Promise<boolean> {
    const notifier = await this.options.transaction(() => {
      const seq = this.deadLetters.seqOf(key);
      const dead = seq === undefined ? undefined : this.deadLetters.get(seq);
      if (seq === undefined || !dead) return null;
      this.deadLetters.remove(seq);
      const { notifier, event } = dead.notification;
      this.digests.drop(notifier, reporterOf(event.source), dead.alertId);
      this.append({ ...dead.notification, attempts: 0, nextAttemptMs: this.options.nowMs() }, dead.alertId);
      return notifier;
    });
    if (notifier !== null) this.announce([notifier]);
    return notifier !== null;
  }

  waiting(): Map<string, number> {
    return this.table.counts();
  }

  summedUp(): Map<string, number> {
    return this.digests.waiting();
  }

  deadCount(): number {
    return this.deadLetters.count();
  }

  onQueued(listener: (notifier: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Makes room for it if need be. If the digest tells of its alert, or has to, it is not queued itself. */
  private append(notification: Notification, alertId: string): void {
    const { notifier } = notification;
    const added = { notification, alertId };
    if (!this.isSummedUp(added)) this.makeRoom(notifier, added);
    if (this.isSummedUp(added)) this.sumUp(added);
    else this.table.add(added);
  }

  private makeRoom(notifier: string, added: Row): void {
    const rows = this.table.of(notifier);
    if (rows.length < this.options.waitingMax) return;
    const inHand = this.inHand.get(notifier);
    const candidates = rows.filter((row) => row.alertId !== '' && aboutOf(row) !== inHand);
    this.sumUp(oldestOfLargest(candidates) ?? added);
  }

  private isSummedUp({ notification: { notifier, event }, alertId }: Row): boolean {
    return this.digests.has(notifier, reporterOf(event.source), alertId);
  }

  /** From now on the digest tells of the alert. Its notifications that wait are not needed any more. */
  private sumUp(summed: Row): void {
    const { notification, alertId } = summed;
    const { notifier, event, change } = notification;
    if (change === 'digest') return;
    const gateway = reporterOf(event.source);
    const about = aboutOf(summed);
    const isInHand = this.inHand.get(notifier) === about;
    for (const row of isInHand ? [] : this.table.of(notifier))
      if (aboutOf(row) === about) this.table.remove(row.notification);
    const hasBegun = this.digests.add(notifier, {
      gateway,
      alertId,
      isOpen: change !== 'resolved',
      updatedAt: event.time,
      ...summaryOf(contentOf((event as AlertEvent).data)),
    });
    if (hasBegun) this.options.digestBegun?.(notifier);
  }

  private isOfDigest(notification: Notification): notification is DigestNotification {
    return notification.change === 'digest' && this.table.find(notification.key) === undefined;
  }

  private bury({ notification, alertId }: Row, reason: string): void {
    const atMs = this.options.nowMs();
    const dead = { notification: { ...notification, lastError: reason }, atMs, reason, alertId };
    if (this.deadLetters.count() >= this.options.deadMax) this.options.deadDropped?.();
    this.deadLetters.add(dead, { id: notification.key });
  }

  private isKnown(key: string): boolean {
    return this.confirmed.has(key) || this.deadLetters.has(key) || this.table.find(key) !== undefined;
  }
}
