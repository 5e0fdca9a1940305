import { createHash } from 'node:crypto';
import {
  type Counts,
  digestData,
  type Member,
  summaryOf,
} from '../../../shared/notifications/digest-data.ts';
import { notificationKey } from '../../../shared/notifications/notification-key.ts';
import type { DigestEvent } from '../../../shared/notifiers/digest.ts';
import type { DigestNotification } from '../../../shared/notifiers/notifier.ts';
import type { Alert } from '../../ports/alerts.ts';
import { CachedTable } from '../cached-table.ts';
import { keyOf, type Store } from '../database.ts';

/** Time for which alerts are gathered before the first attempt, so that a burst is one digest. */
const gatherMs = 10_000;

/** The digest of one notifier. Its number never repeats, because receivers recognise a digest by it. */
interface Digest {
  number: number;
  sinceMs: number;
  changedMs: number;
  /** Alerts that are only counted, because there are too many. */
  counted: Counts;
  attempts: number;
  nextAttemptMs: number;
  lastError: string | null;
}

/** The content of a digest that is being sent. */
interface Sent {
  key: string;
  members: Map<string, Member>;
  counted: Counts;
}

export interface DigestsOptions {
  /** Alerts that a notifier's digest knows one by one; the oldest ones beyond are only counted. */
  membersMax: number;
  /** The alert as it is now; undefined if it is not kept any more. */
  alertOf(gateway: string, alertId: string): Alert | undefined;
  nowMs(): number;
}

/**
 * The digest of each notifier: the alerts of which it could not be told one by one, because there were too many or it
 * did not answer. A digest says how things are when it is sent, not how they were. Change it only inside a transaction.
 *
 * While a digest knows an alert, its changes are told by the digest. What changes while it is being sent is told by the
 * next one.
 */
export class Digests {
  private readonly digests: CachedTable<Digest>;
  private readonly members: CachedTable<Member>;
  private readonly options: DigestsOptions;
  private readonly sent = new Map<string, Sent>();
  private sizes = new Map<string, number>();

  constructor(store: Store, options: DigestsOptions) {
    this.options = options;
    this.digests = new CachedTable(store, 'digests');
    this.members = new CachedTable(store, 'digests.members');
    this.count();
  }

  /** After a failed transaction. */
  reload(): void {
    this.digests.reload();
    this.members.reload();
    this.count();
  }

  has(notifier: string, gateway: string, alertId: string): boolean {
    return this.members.get(memberKey(notifier, gateway, alertId)) !== undefined;
  }

  /** Number of alerts that wait to be told, by notifier. */
  waiting(): Map<string, number> {
    const waiting = new Map<string, number>();
    for (const [notifier, { counted }] of this.digests.entries()) {
      const count = (this.sizes.get(notifier) ?? 0) + counted.open + counted.resolved;
      if (count > 0) waiting.set(notifier, count);
    }
    return waiting;
  }

  /** Adds an alert, or notes that it has changed. Returns true if the digest was empty before. */
  add(notifier: string, member: Member): boolean {
    const wasEmpty = !this.waiting().has(notifier);
    const key = memberKey(notifier, member.gateway, member.alertId);
    if (!this.members.get(key)) this.resize(notifier, 1);
    this.members.put(key, member);
    const nowMs = this.options.nowMs();
    const before = this.digests.get(notifier);
    const number = (before?.number ?? 0) + 1;
    const digest = before && !wasEmpty ? before : emptyDigest(nowMs);
    this.digests.put(notifier, { ...digest, number, changedMs: nowMs });
    if ((this.sizes.get(notifier) ?? 0) > this.options.membersMax) this.onlyCount(notifier);
    return wasEmpty;
  }

  /** Forgets an alert of which its notifier is told in another way. */
  drop(notifier: string, gateway: string, alertId: string): void {
    this.removeMember(notifier, memberKey(notifier, gateway, alertId));
  }

  /** The digest as a notification that says how things are now; null if there is nothing to tell. */
  notification(notifier: string): DigestNotification | null {
    const digest = this.digests.get(notifier);
    if (!digest || !this.waiting().has(notifier)) return null;
    const { number, attempts, nextAttemptMs, lastError } = digest;
    const members = new Map<string, Member>();
    for (const [key, member] of this.members.entries())
      if (key.startsWith(`${notifier} `)) members.set(key, this.asItIs(member));
    const data = digestData(digest, [...members.values()]);
    // A receiver that remembers keys must not take another content for the same digest.
    const hash = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
    const about = { gateway: '', alertId: `digest-${number}`, change: 'digest', eventId: hash } as const;
    const key = notificationKey({ ...about, notifier });
    this.sent.set(notifier, { key, members, counted: digest.counted });
    const event: DigestEvent = {
      specversion: '1.0',
      id: `digest-${number}-${hash}`,
      source: '/cloud',
      type: 'io.harbinger.alerts.digest.v1',
      time: new Date(digest.changedMs).toISOString(),
      datacontenttype: 'application/json',
      data,
    };
    return { key, notifier, change: 'digest', event, attempts, nextAttemptMs, lastError };
  }

  /** When the digest is to be sent; undefined if there is nothing to tell. */
  dueMs(notifier: string): number | undefined {
    return this.waiting().has(notifier) ? this.digests.get(notifier)?.nextAttemptMs : undefined;
  }

  /** The receiver has it: only what has changed since is still to be told. */
  confirm({ key, notifier }: DigestNotification): void {
    const sent = this.sent.get(notifier);
    const digest = this.digests.get(notifier);
    if (sent?.key !== key || !digest) return;
    this.sent.delete(notifier);
    for (const [memberKey, told] of sent.members) {
      const member = this.members.get(memberKey);
      const now = member && this.asItIs(member);
      const isTold = now && now.isOpen === told.isOpen && now.updatedAt === told.updatedAt;
      if (isTold) this.removeMember(notifier, memberKey);
    }
    const counted = {
      open: Math.max(0, digest.counted.open - sent.counted.open),
      resolved: Math.max(0, digest.counted.resolved - sent.counted.resolved),
    };
    const number = digest.number + 1;
    this.digests.put(notifier, { ...emptyDigest(this.options.nowMs()), number, counted });
  }

  retryAt({ notifier }: DigestNotification, atMs: number, reason: string): void {
    const digest = this.digests.get(notifier);
    if (!digest) return;
    const attempts = digest.attempts + 1;
    this.digests.put(notifier, { ...digest, attempts, nextAttemptMs: atMs, lastError: reason });
  }

  /**
   * Alerts beyond the limit are only counted. First those that have ended, which nothing changes any more: one that is
   * counted as open would be counted as ended later too.
   */
  private onlyCount(notifier: string): void {
    const digest = this.digests.get(notifier);
    if (!digest) return;
    const counted = { ...digest.counted };
    const isTooMany = () => (this.sizes.get(notifier) ?? 0) > this.options.membersMax;
    const count = (kind: keyof Counts, mayCount: () => boolean) => {
      for (const [key, member] of this.members.entries()) {
        if (!mayCount()) return;
        if (!key.startsWith(`${notifier} `)) continue;
        if (this.asItIs(member).isOpen !== (kind === 'open')) continue;
        counted[kind] += 1;
        this.removeMember(notifier, key);
      }
    };
    if (isTooMany()) count('resolved', () => true);
    count('open', isTooMany);
    this.digests.put(notifier, { ...digest, counted });
  }

  private asItIs(member: Member): Member {
    const alert = this.options.alertOf(member.gateway, member.alertId);
    if (!alert) return member;
    const { gateway, alertId } = member;
    const { state, updatedAt } = alert;
    return { gateway, alertId, isOpen: state === 'open', updatedAt, ...summaryOf(alert) };
  }

  private removeMember(notifier: string, key: string): void {
    if (this.members.get(key) === undefined) return;
    this.members.remove(key);
    this.resize(notifier, -1);
  }

  private resize(notifier: string, by: number): void {
    this.sizes.set(notifier, (this.sizes.get(notifier) ?? 0) + by);
  }

  private count(): void {
    this.sizes = new Map();
    for (const [key] of this.members.entries()) this.resize(key.slice(0, key.indexOf(' ')), 1);
  }
}

/** Names of notifiers have no spaces. */
function memberKey(notifier: string, gateway: string, alertId: string): string {
  return `${notifier} ${keyOf(`${gateway}/${alertId}`)}`;
}

function emptyDigest(nowMs: number): Digest {
  const times = { sinceMs: nowMs, changedMs: nowMs, nextAttemptMs: nowMs + gatherMs };
  return { number: 0, counted: { open: 0, resolved: 0 }, attempts: 0, lastError: null, ...times };
}
