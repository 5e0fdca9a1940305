import { createHash } from 'node:crypto';
import type { AlertContent } from '../../shared/contract/alert-content.ts';
import type { AlertEvent } from '../../shared/contract/events.ts';
import { digestData, type Member } from '../../shared/notifications/digest-data.ts';
import { notificationKey } from '../../shared/notifications/notification-key.ts';
import type { NotificationQueue } from '../../shared/notifications/queue.ts';
import type {
  AlertChange,
  AlertNotification,
  DigestNotification,
  Notification,
} from '../../shared/notifiers/notifier.ts';
import type { DeadNotice, DeadNotices } from './dead-notices.ts';

/** Alerts that wait to be told to one notifier. With more of them one digest tells how things are. */
export const waitingMax = 200;
/** Ids of events that one notification names as told. */
const eventsMax = 20;
/** A retry that lies further ahead than this was planned before the clock was set back, and is due now. */
const plannedAheadMsMax = 3_600_000;

/** The debt to one notifier about one alert: its latest change, with the ids of all that this tells. */
export interface Owed {
  alertId: string;
  notification: AlertNotification;
  events: string[];
}

export interface OwedDigest {
  /** Never the same for two digests, because receivers recognise one by it. */
  number: number;
  sinceMs: number;
  /** Alerts that have ended since, and have been told by nothing else. */
  resolved: number;
  attempts: number;
  nextAttemptMs: number;
  lastError: string | null;
}

/** State that is kept over restarts, by notifier. */
export interface OwedTo {
  notifier: string;
  owed: Owed[];
  digest: OwedDigest | null;
  /** How many digests there were. */
  digests: number;
}

/** By alert. */
type OwedNow = Omit<OwedTo, 'owed'> & { owed: Map<string, Owed> };

export interface NoticeQueueOptions {
  gateway: string;
  notifiers: readonly string[];
  /** The open alerts of which a notifier is to be told. */
  members(notifier: string): Member[];
  nowMs(): number;
  /** Called after each change; resolves when it is kept, or could not be. */
  changed(): Promise<void>;
  /** A receiver has confirmed. `events`: the ids of the events that it knows by that. */
  confirmed(notification: AlertNotification, alertId: string, events: readonly string[]): void;
  /** Keeps what was given up. */
  dead: DeadNotices;
}

/**
 * Queue of what is owed to the notifiers of a site: of each alert its latest change only, so that a receiver that was away for a
 * weekend hears what is true now. An alert that opened and ended meanwhile is told as ended. What is too much, or was not
 * answered, is told by one digest of what is open.
 */
export class NoticeQueue implements NotificationQueue {
  private readonly options: NoticeQueueOptions;
  private readonly byNotifier = new Map<string, OwedNow>();
  private readonly listeners = new Set<(notifier: string) => void>();
  /** The debt that is being paid to each notifier; a later change of the alert may have taken its place in the queue. */
  private readonly inHand = new Map<string, Owed>();
  /** The content of a digest that is being sent: the number of alerts that had ended by then. */
  private readonly sent = new Map<string, { key: string; resolved: number }>();

  constructor(options: NoticeQueueOptions) {
    this.options = options;
    for (const notifier of options.notifiers)
      this.byNotifier.set(notifier, { notifier, owed: new Map(), digest: null, digests: 0 });
  }

  /** Leaves out what belongs to notifiers that are not configured any more. */
  restore(kept: readonly OwedTo[]): void {
    for (const { notifier, owed, digest, digests } of kept) {
      const to = this.byNotifier.get(notifier);
      if (to) Object.assign(to, { owed: new Map(owed.map((each) => [each.alertId, each])), digest, digests });
    }
  }

  kept(): OwedTo[] {
    return [...this.byNotifier.values()].map((to) => ({ ...to, owed: [...to.owed.values()] }));
  }

  /** Owes a change to a notifier. `announce` must follow. */
  add(
    notifier: string,
    change: { alertId: string; change: AlertChange; alert: AlertContent; event: AlertEvent },
  ): void {
    const to = this.byNotifier.get(notifier);
    if (!to) return;
    const { alertId, event } = change;
    if (to.digest) {
      if (change.change === 'resolved') to.digest.resolved += 1;
      return;
    }
    const before = to.owed.get(alertId);
    if (!before && to.owed.size >= waitingMax)
      return this.sumUp(notifier, change.change === 'resolved' ? 1 : 0);
    const untold = before === this.inHand.get(notifier) ? undefined : before;
    const kind = kindOf(untold?.notification.change, change.change);
    const events = [...(untold?.events ?? []), event.id].slice(-eventsMax);
    const waits = { attempts: 0, nextAttemptMs: this.options.nowMs(), lastError: null };
    const { gateway } = this.options;
    const key = notificationKey({ gateway, alertId, change: kind, eventId: event.id, notifier });
    to.owed.set(alertId, { alertId, events, notification: { key, notifier, change: kind, event, ...waits } });
  }

  announce(notifiers: Iterable<string>): void {
    for (const notifier of notifiers) for (const listener of this.listeners) listener(notifier);
  }

  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null } {
    const to = this.byNotifier.get(notifier);
    this.inHand.delete(notifier);
    if (!to) return { due: null, atMs: null };
    if (to.digest) {
      if (isDue(to.digest.nextAttemptMs, nowMs)) return { due: this.digestOf(notifier, to.digest) };
      return { due: null, atMs: to.digest.nextAttemptMs };
    }
    let atMs: number | null = null;
    for (const owed of to.owed.values()) {
      const { notification } = owed;
      if (isDue(notification.nextAttemptMs, nowMs)) {
        this.inHand.set(notifier, owed);
        return { due: notification };
      }
      atMs = Math.min(atMs ?? notification.nextAttemptMs, notification.nextAttemptMs);
    }
    return { due: null, atMs };
  }

  async confirm(notification: Notification): Promise<void> {
    const { notifier, key } = notification;
    const to = this.byNotifier.get(notifier);
    if (!to) return;
    if (notification.change === 'digest') {
      const sent = this.sent.get(notifier);
      if (to.digest && sent?.key === key) {
        const resolved = to.digest.resolved - sent.resolved;
        to.digest = resolved > 0 ? { ...to.digest, resolved, attempts: 0, lastError: null } : null;
      }
    } else {
      const sent = this.inHand.get(notifier);
      if (sent && to.owed.get(sent.alertId) === sent) to.owed.delete(sent.alertId);
      if (sent) this.options.confirmed(notification, sent.alertId, sent.events);
      this.inHand.delete(notifier);
    }
    await this.options.changed();
  }

  async retryAt(notification: Notification, atMs: number, reason: string): Promise<void> {
    const waits = { attempts: notification.attempts + 1, nextAttemptMs: atMs, lastError: reason };
    const to = this.byNotifier.get(notification.notifier);
    if (notification.change === 'digest') {
      if (to?.digest) to.digest = { ...to.digest, ...waits };
    } else {
      const sent = this.inHand.get(notification.notifier);
      const now = sent && to?.owed.get(sent.alertId);
      if (sent && now === sent) sent.notification = { ...sent.notification, ...waits };
      else if (sent && now) this.merge(sent, now);
      this.inHand.delete(notification.notifier);
    }
    await this.options.changed();
  }

  async giveUp(notification: Notification, reason: string, why: 'refused' | 'unanswered'): Promise<void> {
    const to = this.byNotifier.get(notification.notifier);
    if (!to) return;
    const lost = { ...notification, attempts: notification.attempts + 1, lastError: reason };
    const dead = { notification: lost, atMs: this.options.nowMs(), reason, alertId: '', events: [] };
    if (notification.change === 'digest') {
      to.digest = null;
      this.options.dead.add(dead);
    } else {
      const sent = this.inHand.get(notification.notifier);
      if (sent && to.owed.get(sent.alertId) === sent) to.owed.delete(sent.alertId);
      this.inHand.delete(notification.notifier);
      if (sent) this.options.dead.add({ ...dead, alertId: sent.alertId, events: sent.events });
      if (why === 'unanswered') this.sumUp(notification.notifier, notification.change === 'resolved' ? 1 : 0);
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

  private putBack(to: OwedNow, { notification, alertId, events }: DeadNotice): void {
    const isEnd = notification.change === 'resolved' ? 1 : 0;
    if (to.digest) to.digest.resolved += isEnd;
    else if (notification.change === 'digest') this.sumUp(to.notifier, 0);
    else {
      const waits = { attempts: 0, nextAttemptMs: this.options.nowMs() };
      const owed = { alertId, events, notification: { ...notification, ...waits } };
      const later = to.owed.get(alertId);
      if (later) this.merge(owed, later);
      else if (to.owed.size >= waitingMax) this.sumUp(to.notifier, isEnd);
      else to.owed.set(alertId, owed);
    }
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

  private counts(countOf: (to: OwedNow) => number): Map<string, number> {
    const counted = [...this.byNotifier.values()].map((to) => [to.notifier, countOf(to)] as const);
    return new Map(counted.filter(([, count]) => count > 0));
  }

  /** The later change tells what the earlier one could not. */
  private merge(earlier: Owed, later: Owed): void {
    const change = kindOf(earlier.notification.change, later.notification.change);
    later.notification = { ...later.notification, change };
    later.events = [...earlier.events, ...later.events].slice(-eventsMax);
  }

  /** From now on one digest tells how things are. */
  private sumUp(notifier: string, resolved: number): void {
    const to = this.byNotifier.get(notifier)!;
    const ended = [...to.owed.values()].filter(
      ({ notification }) => notification.change === 'resolved',
    ).length;
    const nowMs = this.options.nowMs();
    to.owed.clear();
    to.digests += 1;
    to.digest = {
      ...{ number: to.digests, sinceMs: nowMs, resolved: (to.digest?.resolved ?? 0) + ended + resolved },
      ...{ attempts: 0, nextAttemptMs: nowMs, lastError: null },
    };
  }

  private digestOf(notifier: string, digest: OwedDigest): DigestNotification {
    const { number, sinceMs, resolved, attempts, nextAttemptMs, lastError } = digest;
    const { gateway, nowMs } = this.options;
    const data = digestData({ sinceMs, counted: { open: 0, resolved } }, this.options.members(notifier));
    const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
    const about = { gateway, alertId: `digest-${number}`, change: 'digest', eventId: hash } as const;
    const key = notificationKey({ ...about, notifier });
    this.sent.set(notifier, { key, resolved });
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

/** An alert whose opening is not told yet is still told as opened. */
function kindOf(untold: AlertChange | undefined, change: AlertChange): AlertChange {
  return untold === 'opened' && change === 'updated' ? 'opened' : change;
}

function isDue(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs || atMs - nowMs > plannedAheadMsMax;
}
