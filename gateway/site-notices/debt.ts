import type { AlertEvent } from '../../shared/contract/events.ts';
import { endWithOpening } from '../../shared/notifications/owed/over.ts';
import type { AlertChange, AlertNotification } from '../../shared/notifiers/notifier.ts';

/** Alerts that wait to be told to one notifier. With more of them one digest tells how things are. */
export const waitingMax = 200;
/** Ids of events that one notification names as told. */
const eventsMax = 20;
/** Alerts that a digest names as told. Of those that were summed up earlier the cloud tells its groups itself. */
const namedMax = 1_000;

/** The debt to one notifier about one alert: its latest change, with the ids of all that this tells. */
export interface Owed {
  alertId: string;
  notification: AlertNotification;
  events: string[];
  /** When it opened, if that is not told yet and the latest change is another one. */
  openedAt?: string;
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
  /** Changes that the digest tells, the latest of each alert. Earlier versions did not keep them. */
  named?: ToldChange[];
  /** How many digests there were. */
  digests: number;
}

type DigestAndNames = { digest: OwedDigest; named: Map<string, ToldChange> };

/** The debt to one notifier: single changes, or a digest of all. What changes while a digest is being sent is owed beside it. */
export class Debt {
  readonly notifier: string;
  /** By alert. */
  readonly owed = new Map<string, Owed>();
  digest: OwedDigest | null = null;
  private named = new Map<string, ToldChange>();
  private digests = 0;
  /** The digest that is being sent. If too much changes meanwhile, `digest` is another one, that follows. */
  private sent: DigestAndNames | null = null;

  constructor(notifier: string) {
    this.notifier = notifier;
  }

  restore({ owed, digest, named = [], digests }: OwedTo): void {
    for (const each of owed) this.owed.set(each.alertId, each);
    this.digest = digest;
    this.named = new Map(named.map((each) => [each.alertId, each]));
    this.digests = digests;
  }

  kept(): OwedTo {
    const { notifier, digests } = this;
    const { digest, named } = this.withSent() ?? { digest: this.digest, named: this.named };
    return { notifier, owed: [...this.owed.values()], digest, named: [...named.values()], digests };
  }

  owe(owed: Owed, nowMs: number): void {
    if (this.digest && !this.sent) return this.name(toldOf(owed));
    if (this.owed.has(owed.alertId) || this.owed.size < waitingMax) this.owed.set(owed.alertId, owed);
    else {
      this.sumUp(nowMs);
      this.name(toldOf(owed));
    }
  }

  /** From now on one digest tells how things are: of all that is owed, too. */
  sumUp(nowMs: number): void {
    if (!this.digest || this.digest === this.sent?.digest) {
      this.digests += 1;
      this.named = new Map();
      const waits = { attempts: 0, nextAttemptMs: nowMs, lastError: null };
      this.digest = { number: this.digests, sinceMs: nowMs, resolved: 0, ...waits };
    }
    const owed = [...this.owed.values()];
    this.owed.clear();
    for (const each of owed) this.name(toldOf(each));
  }

  /** To be called when a digest is sent, with what it says. */
  sends(digest: OwedDigest): void {
    this.sent = { digest, named: this.named };
  }

  /** Takes the digest that was being sent from the debt. Returns the changes that it told. */
  takeSent(): ToldChange[] {
    const { sent } = this;
    this.sent = null;
    if (!sent) return [];
    if (this.digest === sent.digest) {
      this.digest = null;
      this.named = new Map();
    }
    return [...sent.named.values()];
  }

  /** The digest that was being sent has to be sent again, with all that has changed meanwhile. */
  takeBack(nowMs: number): void {
    Object.assign(this, this.withSent());
    this.sent = null;
    if (this.digest && this.owed.size > 0) this.sumUp(nowMs);
  }

  /** Both digests in one, if another one follows that which is being sent. */
  private withSent(): DigestAndNames | null {
    const { sent, digest, named } = this;
    if (!sent || !digest || digest === sent.digest) return null;
    const resolved = sent.digest.resolved + digest.resolved;
    return { digest: { ...digest, resolved }, named: new Map([...sent.named, ...named]) };
  }

  /** Lets the digest tell this too. */
  private name(told: ToldChange): void {
    const { alertId } = told;
    if (this.digest && told.change === 'resolved') this.digest.resolved += 1;
    const earlier = this.named.get(alertId)?.events ?? [];
    this.named.delete(alertId);
    this.named.set(alertId, { ...told, events: [...earlier, ...told.events].slice(-eventsMax) });
    for (const oldest of this.named.keys()) {
      if (this.named.size <= namedMax) break;
      this.named.delete(oldest);
    }
  }
}

export function toldOf({ alertId, notification: { change, event }, events }: Owed): ToldChange {
  return { alertId, change, events, ...(event.subject !== undefined && { subject: event.subject }) };
}

/** Lets the later change tell what the earlier one could not. */
export function merge(earlier: Owed, later: Owed): void {
  const change = kindOf(earlier.notification.change, later.notification.change);
  const openedAt = openingOf(earlier);
  later.notification = { ...later.notification, change };
  if (openedAt !== undefined && change === 'opened') later.openedAt = openedAt;
  if (openedAt !== undefined && change === 'resolved') {
    const event = endWithOpening(later.notification.event as AlertEvent, openedAt);
    later.notification = { ...later.notification, event };
  }
  later.events = [...earlier.events, ...later.events].slice(-eventsMax);
}

/** When an alert opened of whose opening the receiver does not know yet; undefined if it does. */
function openingOf({ notification: { change, event }, openedAt }: Owed): string | undefined {
  return change === 'opened' ? (openedAt ?? event.time) : undefined;
}

/** An alert whose opening is not told yet is still told as opened. */
export function kindOf(untold: AlertChange | undefined, change: AlertChange): AlertChange {
  return untold === 'opened' && change === 'updated' ? 'opened' : change;
}
