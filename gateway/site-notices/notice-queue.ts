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
/** Alerts that a digest names as told. Of those that were summed up earlier the cloud tells its groups itself. */
const namedMax = 1_000;
/** A retry that lies further ahead than this was planned before the clock was set back, and is due now. */
const plannedAheadMsMax = 3_600_000;

/** The debt to one notifier about one alert: its latest change, with the ids of all that this tells. */
export interface Owed {
  alertId: string;
  notification: AlertNotification;
  events: string[];
}

/** A change that receivers know, or will know by a digest, with the ids of all events that this tells. */
export interface ToldChange {
  alertId: string;
  change: AlertChange;
  events: string[];
  /** That of the events. */
  subject?: string;
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
  /** What the digest tells, the latest of each alert. Earlier versions did not keep it. */
  named?: ToldChange[];
  /** How many digests there were. */
  digests: number;
}

/** By alert. */
type OwedNow = Omit<OwedTo, 'owed' | 'named'> & { owed: Map<string, Owed>; named: Map<string, ToldChange> };

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
  private readonly byNotifier = new Map<string, OwedNow>();
  private readonly listeners = new Set<(notifier: string) => void>();
  /** The debt that is being paid to each notifier; a later change of the alert may have taken its place in the queue. */
  private readonly inHand = new Map<string, Owed>();
  /** The digest that is being sent to each notifier. If too much changes meanwhile, another one follows it. */
  private readonly sent = new Map<string, Pick<OwedNow, 'digest' | 'named'>>();

  constructor(options: NoticeQueueOptions) {
    this.options = options;
    for (const notifier of options.notifiers)
      this.byNotifier.set(notifier, {
        notifier,
        owed: new Map(),
        digest: null,
        named: new Map(),
        digests: 0,
      });
  }

  /** Leaves out what belongs to notifiers that are not configured any more. */
  restore(kept: readonly OwedTo[]): void {
    for (const { notifier, owed, digest, named = [], digests } of kept) {
      const to = this.byNotifier.get(notifier);
      if (to) Object.assign(to, { owed: byAlert(owed), digest, named: byAlert(named), digests });
    }
  }

  kept(): OwedTo[] {
    return [...this.byNotifier.values()].map((to) => {
      const { digest, named } = this.withSent(to);
      return { ...to, owed: [...to.owed.values()], digest, named: [...named.values()] };
    });
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
    const events = [...(untold?.events ?? []), event.id].slice(-eventsMax);
    const waits = { attempts: 0, nextAttemptMs: this.options.nowMs(), lastError: null };
    const { gateway } = this.options;
    const key = notificationKey({ gateway, alertId, change: kind, eventId: event.id, notifier });
    this.owe(to, { alertId, events, notification: { key, notifier, change: kind, event, ...waits } });
  }

  private owe(to: OwedNow, owed: Owed): void {
    const { notifier, digest } = to;
    if (digest && !this.sent.has(notifier)) return this.name(to, toldOf(owed));
    const isTooMuch = !to.owed.has(owed.alertId) && to.owed.size >= waitingMax;
    if (isTooMuch) {
      this.sumUp(to);
      this.name(to, toldOf(owed));
    } else to.owed.set(owed.alertId, owed);
  }

  announce(notifiers: Iterable<string>): void {
    for (const notifier of notifiers) for (const listener of this.listeners) listener(notifier);
  }

  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null } {
    const to = this.byNotifier.get(notifier);
    this.inHand.delete(notifier);
    if (!to) return { due: null, atMs: null };
    Object.assign(to, this.withSent(to));
    this.sent.delete(notifier);
    if (to.digest) {
      if (to.owed.size > 0) this.sumUp(to);
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
    const { notifier } = notification;
    const to = this.byNotifier.get(notifier);
    if (!to) return;
    if (notification.change === 'digest') {
      const sent = this.takeSent(to);
      if (sent) this.options.confirmed(notifier, [...sent.named.values()]);
    } else {
      const sent = this.inHand.get(notifier);
      if (sent && to.owed.get(sent.alertId) === sent) to.owed.delete(sent.alertId);
      if (sent) this.options.confirmed(notifier, [toldOf(sent)]);
      this.inHand.delete(notifier);
    }
    await this.options.changed();
  }

  async retryAt(notification: Notification, atMs: number, reason: string): Promise<void> {
    const waits = { attempts: notification.attempts + 1, nextAttemptMs: atMs, lastError: reason };
    const to = this.byNotifier.get(notification.notifier);
    if (notification.change === 'digest') {
      if (!to) return;
      Object.assign(to, this.withSent(to));
      this.sent.delete(notification.notifier);
      if (to.owed.size > 0) this.sumUp(to);
      if (to.digest) to.digest = { ...to.digest, ...waits };
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
      this.takeSent(to);
      this.options.dead.add(dead);
    } else {
      const sent = this.inHand.get(notification.notifier);
      const now = sent && to.owed.get(sent.alertId);
      this.inHand.delete(notification.notifier);
      if (sent) this.options.dead.add({ ...dead, alertId: sent.alertId, events: sent.events });
      if (sent && now === sent) to.owed.delete(sent.alertId);
      if (sent && why === 'unanswered') {
        if (now && now !== sent) this.merge(sent, now);
        to.owed.set(sent.alertId, now ?? sent);
      }
      if (why === 'unanswered') this.sumUp(to);
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
    if (notification.change === 'digest') return this.sumUp(to);
    const waits = { attempts: 0, nextAttemptMs: this.options.nowMs() };
    const owed = { alertId, events, notification: { ...notification, ...waits } };
    const later = to.owed.get(alertId);
    if (later) this.merge(owed, later);
    else this.owe(to, owed);
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

  /** From now on one digest tells how things are: of all that is owed, too. */
  private sumUp(to: OwedNow): void {
    const nowMs = this.options.nowMs();
    if (!to.digest || to.digest === this.sent.get(to.notifier)?.digest) {
      to.digests += 1;
      to.named = new Map();
      const waits = { attempts: 0, nextAttemptMs: nowMs, lastError: null };
      to.digest = { number: to.digests, sinceMs: nowMs, resolved: 0, ...waits };
    }
    const owed = [...to.owed.values()];
    to.owed.clear();
    for (const each of owed) this.name(to, toldOf(each));
  }

  /** Takes the digest that was being sent from what is owed. */
  private takeSent(to: OwedNow): Pick<OwedNow, 'digest' | 'named'> | undefined {
    const sent = this.sent.get(to.notifier);
    this.sent.delete(to.notifier);
    if (sent && to.digest === sent.digest) Object.assign(to, { digest: null, named: new Map() });
    return sent;
  }

  /** What digests tell, that which is being sent included, because it may have to be sent again. */
  private withSent(to: OwedNow): Pick<OwedNow, 'digest' | 'named'> {
    const sent = this.sent.get(to.notifier);
    if (!sent?.digest || !to.digest || to.digest === sent.digest) return to;
    const resolved = sent.digest.resolved + to.digest.resolved;
    return { digest: { ...to.digest, resolved }, named: new Map([...sent.named, ...to.named]) };
  }

  /** The digest tells this too. */
  private name(to: OwedNow, told: ToldChange): void {
    const { alertId } = told;
    if (to.digest && told.change === 'resolved') to.digest.resolved += 1;
    const earlier = to.named.get(alertId)?.events ?? [];
    to.named.delete(alertId);
    to.named.set(alertId, { ...told, events: [...earlier, ...told.events].slice(-eventsMax) });
    for (const oldest of to.named.keys()) {
      if (to.named.size <= namedMax) break;
      to.named.delete(oldest);
    }
  }

  private digestOf(notifier: string, digest: OwedDigest): DigestNotification {
    const { number, sinceMs, resolved, attempts, nextAttemptMs, lastError } = digest;
    const { gateway, nowMs } = this.options;
    const data = digestData({ sinceMs, counted: { open: 0, resolved } }, this.options.members(notifier));
    const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
    const about = { gateway, alertId: `digest-${number}`, change: 'digest', eventId: hash } as const;
    const key = notificationKey({ ...about, notifier });
    const { named } = this.byNotifier.get(notifier)!;
    this.sent.set(notifier, { digest, named });
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

const byAlert = <Each extends { alertId: string }>(each: readonly Each[]) =>
  new Map(each.map((one) => [one.alertId, one]));

function toldOf({ alertId, notification: { change, event }, events }: Owed): ToldChange {
  return { alertId, change, events, ...(event.subject !== undefined && { subject: event.subject }) };
}

/** An alert whose opening is not told yet is still told as opened. */
function kindOf(untold: AlertChange | undefined, change: AlertChange): AlertChange {
  return untold === 'opened' && change === 'updated' ? 'opened' : change;
}

function isDue(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs || atMs - nowMs > plannedAheadMsMax;
}
