import { createHash } from 'node:crypto';
import type { AlertContent } from '../../shared/contract/alert-content.ts';
import type { AlertEvent } from '../../shared/contract/events.ts';
import { digestData, type Member } from '../../shared/notifications/digest-data.ts';
import { notificationKey } from '../../shared/notifications/notification-key.ts';
import { isDue, MachineOrder } from '../../shared/notifications/owed/machine-order.ts';
import { lateOpening } from '../../shared/notifications/owed/over.ts';
import type { NotificationQueue } from '../../shared/notifications/queue.ts';
import type { AlertChange, DigestNotification, Notification } from '../../shared/notifiers/notifier.ts';
import type { DeadNotice, DeadNotices } from './dead-notices.ts';
import {
  Debt,
  kindOf,
  merge,
  type Owed,
  type OwedDigest,
  type OwedTo,
  type ToldChange,
  toldOf,
} from './debt.ts';

export interface NoticeQueueOptions {
  gateway: string;
  notifiers: readonly string[];
  /** The open alerts of which a notifier is to be told. */
  members(notifier: string): Member[];
  nowMs(): number;
  /** Called after each change; resolves when it is kept, or could not be. */
  changed(): Promise<void>;
  /** A receiver has confirmed, a notification or a digest of several alerts: it knows these changes. */
  confirmed(notifier: string, changes: readonly ToldChange[]): void;
  /** Keeps what was given up. */
  dead: DeadNotices;
}

/**
 * Queue of what is owed to the notifiers of a site: of each alert its latest change only, so that a receiver that was away for a
 * weekend hears what is true now. An alert that opened and ended meanwhile is told as ended. What is too much, or was not
 * answered, is told by one digest of what is open. What changes while a digest is being sent is told after it.
 */
export class NoticeQueue implements NotificationQueue {
  private readonly options: NoticeQueueOptions;
  private readonly byNotifier: ReadonlyMap<string, Debt>;
  private readonly listeners = new Set<(notifier: string) => void>();
  /** The debt that is being paid to each notifier; a later change of the alert may have taken its place in the queue. */
  private readonly inHand = new Map<string, Owed>();
  private readonly order = new MachineOrder();

  constructor(options: NoticeQueueOptions) {
    this.options = options;
    this.byNotifier = new Map(options.notifiers.map((notifier) => [notifier, new Debt(notifier)]));
  }

  /** Leaves out what belongs to notifiers that are not configured any more. */
  restore(kept: readonly OwedTo[]): void {
    for (const each of kept) this.byNotifier.get(each.notifier)?.restore(each);
  }

  kept(): OwedTo[] {
    return [...this.byNotifier.values()].map((to) => to.kept());
  }

  /** Owes a change to a notifier. `announce` must follow. */
  add(
    notifier: string,
    change: { alertId: string; change: AlertChange; alert: AlertContent; event: AlertEvent },
  ): void {
    const to = this.byNotifier.get(notifier);
    if (!to) return;
    const { alertId, event } = change;
    const before = to.owed.get(alertId);
    const untold = before === this.inHand.get(notifier) ? undefined : before;
    const kind = kindOf(untold?.notification.change, change.change);
    const waits = { attempts: 0, nextAttemptMs: this.options.nowMs(), lastError: null };
    const { gateway } = this.options;
    const key = notificationKey({ gateway, alertId, change: kind, eventId: event.id, notifier });
    const owed = {
      alertId,
      events: [event.id],
      notification: { key, notifier, change: kind, event, ...waits },
    };
    if (untold) merge(untold, owed);
    to.owe(owed, this.options.nowMs());
    this.order.wake(owed.notification);
  }

  /** An alert has ended, of which this notifier does not hear: what waits of it tells its end too. `announce` must follow. */
  ended(notifier: string, alertId: string, at: string): void {
    const to = this.byNotifier.get(notifier);
    const owed = to?.owed.get(alertId);
    if (!to || !owed || owed === this.inHand.get(notifier)) return;
    const event = lateOpening(owed.notification.event as AlertEvent, at);
    if (event) owed.notification = { ...owed.notification, event };
    else to.owed.delete(alertId);
  }

  /** Adds an event that is told by what waits about its alert. */
  alsoTells(notifier: string, alertId: string, eventId: string): void {
    this.byNotifier.get(notifier)?.owed.get(alertId)?.events.push(eventId);
  }

  announce(notifiers: Iterable<string>): void {
    for (const notifier of notifiers) for (const listener of this.listeners) listener(notifier);
  }

  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null } {
    const to = this.byNotifier.get(notifier);
    this.inHand.delete(notifier);
    if (!to) return { due: null, atMs: null };
    to.takeBack(nowMs);
    if (to.digest) {
      if (isDue(to.digest.nextAttemptMs, nowMs)) return { due: this.digestOf(to, to.digest) };
      return { due: null, atMs: to.digest.nextAttemptMs };
    }
    const { due, atMs } = this.order.due(notifier, to.owed.values(), nowMs);
    const [owed] = due;
    if (!owed) return { due: null, atMs };
    this.inHand.set(notifier, owed);
    return { due: owed.notification };
  }

  async confirm(notification: Notification): Promise<void> {
    const { notifier } = notification;
    const to = this.byNotifier.get(notifier);
    if (!to) return;
    if (notification.change === 'digest') this.options.confirmed(notifier, to.takeSent());
    else {
      const sent = this.inHand.get(notifier);
      if (sent && to.owed.get(sent.alertId) === sent) to.owed.delete(sent.alertId);
      if (sent) this.options.confirmed(notifier, [toldOf(sent)]);
      this.inHand.delete(notifier);
      this.order.wake(notification);
    }
    await this.options.changed();
  }

  async retryAt(notification: Notification, atMs: number, reason: string): Promise<void> {
    const waits = { attempts: notification.attempts + 1, nextAttemptMs: atMs, lastError: reason };
    const to = this.byNotifier.get(notification.notifier);
    if (notification.change === 'digest') {
      if (!to) return;
      to.takeBack(this.options.nowMs());
      if (to.digest) to.digest = { ...to.digest, ...waits };
    } else {
      const sent = this.inHand.get(notification.notifier);
      const now = sent && to?.owed.get(sent.alertId);
      if (sent && now === sent) sent.notification = { ...sent.notification, ...waits };
      else if (sent && now) merge(sent, now);
      this.inHand.delete(notification.notifier);
      if (now === sent) this.order.failed(notification, atMs);
      else this.order.wake(notification);
    }
    await this.options.changed();
  }

  async giveUp(notification: Notification, reason: string, why: 'refused' | 'unanswered'): Promise<void> {
    const to = this.byNotifier.get(notification.notifier);
    if (!to) return;
    const lost = { ...notification, attempts: notification.attempts + 1, lastError: reason };
    const dead = { notification: lost, atMs: this.options.nowMs(), reason, alertId: '', events: [] };
    if (notification.change === 'digest') {
      to.takeSent();
      this.options.dead.add(dead);
    } else {
      const sent = this.inHand.get(notification.notifier);
      const now = sent && to.owed.get(sent.alertId);
      this.inHand.delete(notification.notifier);
      this.order.wake(notification);
      if (sent) this.options.dead.add({ ...dead, alertId: sent.alertId, events: sent.events });
      if (sent && now === sent) to.owed.delete(sent.alertId);
      if (sent && why === 'unanswered') {
        if (now && now !== sent) merge(sent, now);
        to.owed.set(sent.alertId, now ?? sent);
      }
      if (why === 'unanswered') to.sumUp(this.options.nowMs());
    }
    await this.options.changed();
  }

  /**
   * Puts a dead notification back in the queue, with no attempts counted; a later change of its alert, or a digest, that waits tells it
   * too. False if there is none with this key, or its notifier is not configured any more.
   */
  async redrive(key: string): Promise<boolean> {
    const { dead, changed } = this.options;
    const found = dead.get(key);
    const to = found && this.byNotifier.get(found.notification.notifier);
    if (!found || !to) return false;
    dead.remove(key);
    this.putBack(to, found);
    await changed();
    this.announce([to.notifier]);
    return true;
  }

  private putBack(to: Debt, { notification, alertId, events }: DeadNotice): void {
    const nowMs = this.options.nowMs();
    if (notification.change === 'digest') return to.sumUp(nowMs);
    const waits = { attempts: 0, nextAttemptMs: nowMs };
    const owed = { alertId, events, notification: { ...notification, ...waits } };
    const later = to.owed.get(alertId);
    if (later) merge(owed, later);
    else to.owe(owed, nowMs);
  }

  waiting(): Map<string, number> {
    return this.counts(({ owed }) => owed.size);
  }

  summedUp(): Map<string, number> {
    return this.counts(({ notifier, digest }) =>
      digest ? digest.resolved + this.options.members(notifier).length : 0,
    );
  }

  onQueued(listener: (notifier: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private counts(countOf: (to: Debt) => number): Map<string, number> {
    const counted = [...this.byNotifier.values()].map((to) => [to.notifier, countOf(to)] as const);
    return new Map(counted.filter(([, count]) => count > 0));
  }

  private digestOf(to: Debt, digest: OwedDigest): DigestNotification {
    const { number, sinceMs, resolved, attempts, nextAttemptMs, lastError } = digest;
    const { notifier } = to;
    const { gateway, nowMs } = this.options;
    const data = digestData({ sinceMs, counted: { open: 0, resolved } }, this.options.members(notifier));
    const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
    const about = { gateway, alertId: `digest-${number}`, change: 'digest', eventId: hash } as const;
    const key = notificationKey({ ...about, notifier });
    to.sends(digest);
    const event = {
      specversion: '1.0',
      id: `digest-${number}-${hash}`,
      source: `/gateways/${gateway}`,
      type: 'io.harbinger.alerts.digest.v1',
      time: new Date(nowMs()).toISOString(),
      datacontenttype: 'application/json',
      data,
    } as const;
    return { key, notifier, change: 'digest', event, attempts, nextAttemptMs, lastError };
  }
}
