/**
 * Order of what is owed (shared/notifications/owed): which of the notifications that wait for a receiver is sent next, and how one
 * tells what opened and ended meanwhile. Queues of both sides ask here; they keep and count.
 */
import { alertSaid, contentOf } from '../../contract/alert-content.ts';
import type { AlertEvent } from '../../contract/events.ts';
import type { Notification } from '../../notifiers/notifier.ts';

/** A retry that lies further ahead than this was planned before the clock was set back, and is due now. */
const plannedAheadMsMax = 3_600_000;

export function isDue(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs || atMs - nowMs > plannedAheadMsMax;
}

/** The machine, or the part of Harbinger, that a notification is about. Gateways may have machines of one name. */
export function subjectOf({ change, event, key }: Notification): string {
  if (change === 'digest') return key;
  return `${event.source} ${alertSaid(contentOf((event as AlertEvent).data)).where}`;
}

interface Waiting {
  notification: Notification;
  alertId: string;
}

/**
 * Whoever reads the last message about a machine must know what is true of it, so what is owed about one machine stays in order: what
 * fails holds the rest of its machine, and after an outage what has ended is told before what is open. Something new about
 * a machine, or an answer, lets the rest of it be tried at once.
 */
export class MachineOrder {
  /** Until when a machine waits, by notifier: after a failed attempt. It is not kept: a restart tries at once. */
  private readonly until = new Map<string, Map<string, number>>();

  /** An attempt has failed: all about its machine waits. */
  failed(notification: Notification, untilMs: number): void {
    this.set(notification, untilMs);
  }

  /** Something new is owed about its machine, or its receiver has answered: the machine need not wait. */
  wake(notification: Notification): void {
    this.set(notification, 0);
  }

  /** The first due one of each machine, in the order of their machines, and when the next one of the others is. */
  due<W extends Waiting>(
    notifier: string,
    waiting: Iterable<W>,
    nowMs: number,
  ): { due: W[]; atMs: number | null } {
    const bySubject = new Map<string, W[]>();
    for (const each of waiting) {
      const subject = subjectOf(each.notification);
      const others = bySubject.get(subject);
      if (others) others.push(each);
      else bySubject.set(subject, [each]);
    }
    const until = this.until.get(notifier);
    for (const subject of until?.keys() ?? []) if (!bySubject.has(subject)) until?.delete(subject);
    const due: W[] = [];
    let atMs: number | null = null;
    for (const [subject, rows] of bySubject) {
      const found = firstOf(rows, until?.get(subject), nowMs);
      if (typeof found === 'number') atMs = Math.min(atMs ?? found, found);
      else due.push(found);
    }
    return { due, atMs };
  }

  private set(notification: Notification, untilMs: number): void {
    const { notifier } = notification;
    const until = this.until.get(notifier) ?? new Map<string, number>();
    this.until.set(notifier, until.set(subjectOf(notification), untilMs));
  }
}

/** The one of a machine that is sent next, or when one is due. */
function firstOf<W extends Waiting>(
  rows: readonly W[],
  untilMs: number | undefined,
  nowMs: number,
): W | number {
  const [heldAlerts, tried] = [new Set<string>(), [] as W[]];
  for (const row of rows) {
    const { attempts, nextAttemptMs } = row.notification;
    // One that was not tried yet waits for the word of its site, which may tell it itself. It delays its own alert only.
    if (attempts === 0 && !isDue(nextAttemptMs, nowMs)) heldAlerts.add(row.alertId);
    if (!heldAlerts.has(row.alertId)) tried.push(row);
  }
  const waits = rows.map(({ notification }) => notification.nextAttemptMs);
  const isDueNow =
    untilMs === undefined
      ? tried.some(({ notification }) => isDue(notification.nextAttemptMs, nowMs))
      : isDue(untilMs, nowMs);
  if (tried.length === 0 || !isDueNow) return Math.max(nowMs, untilMs ?? 0, Math.min(...waits));
  return endFirst(tried);
}

/** Ends come first, but not before something else about its own alert. */
function endFirst<W extends Waiting>(rows: readonly W[]): W {
  const alerts = new Set<string>();
  for (const row of rows) {
    if (row.notification.change === 'resolved' && !alerts.has(row.alertId)) return row;
    alerts.add(row.alertId);
  }
  return rows[0]!;
}
