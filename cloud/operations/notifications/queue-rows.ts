import { reporterOf } from '../../../shared/contract/alert-content.ts';
import type { AlertEvent } from '../../../shared/contract/events.ts';
import { notificationKey } from '../../../shared/notifications/notification-key.ts';
import { endWithOpening, lateOpening } from '../../../shared/notifications/owed/over.ts';
import type { AlertNotification, Notification } from '../../../shared/notifiers/notifier.ts';
import { keyOf } from '../database.ts';
import type { Row } from './waiting-table.ts';

/** The keys of a notification: its own first, then those that earlier versions gave it. */
export function keysOf(
  { change, notifier, event }: Pick<AlertNotification, 'notifier' | 'change' | 'event'>,
  alertId: string,
): [key: string, ...earlier: string[]] {
  const eventId = keyOf(event.id);
  const gateway = reporterOf(event.source);
  const keyed = { gateway, alertId: keyOf(alertId), change, eventId, notifier };
  // Earlier versions did not name the gateway, and 0.1.0 encoded the event's id.
  const earlier = [eventId, encodeURIComponent(eventId)].map((id) =>
    notificationKey({ ...keyed, gateway: '', eventId: id }),
  );
  return [notificationKey(keyed), ...earlier];
}

/** The alert that a row is about: gateways that have machines of one name have alerts of one id. */
export function aboutOf({ notification: { event }, alertId }: Row): string {
  return `${reporterOf(event.source)}/${alertId}`;
}

/** An alert that has ended. */
export interface Ended {
  gateway: string;
  alertId: string;
  at: string;
}

/** Returns what waits of an alert that has ended, for a notifier that hears of no ends: rows to drop, and what the last one tells now. */
export function lateRows(
  rows: readonly Row[],
  { gateway, alertId, at }: Ended,
): { late: Notification | null; gone: Row[] } {
  const waiting = rows.filter(
    ({ notification: { event }, alertId: about }) =>
      about === alertId && reporterOf(event.source) === gateway,
  );
  const last = waiting.at(-1)?.notification;
  const event = last && last.change !== 'digest' ? lateOpening(last.event as AlertEvent, at) : null;
  if (!last || !event) return { late: null, gone: waiting };
  return { late: { ...last, event } as Notification, gone: waiting.slice(0, -1) };
}

/** The oldest row of the gateway that has most, so that a gateway's storm of alerts costs the others nothing. */
export function oldestOfLargest(rows: readonly Row[]): Row | undefined {
  const byGateway = new Map<string, Row[]>();
  for (const row of rows) {
    const gateway = reporterOf(row.notification.event.source);
    const others = byGateway.get(gateway);
    if (others) others.push(row);
    else byGateway.set(gateway, [row]);
  }
  let most: Row[] = [];
  for (const some of byGateway.values()) if (some.length > most.length) most = some;
  return most[0];
}

/**
 * Alerts whose opening and end both wait for one receiver, in order, each with the notification that tells both; those of whose opening
 * it knows are left out.
 */
export function untoldEnds(rows: readonly Row[]): { rows: [Row, ...Row[]]; end: AlertNotification }[] {
  const byAlert = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const others = byAlert.get(aboutOf(row));
    if (others) others.push(row);
    else byAlert.set(aboutOf(row), [row]);
  }
  return [...byAlert.values()].flatMap((rows) => {
    const [first, last] = [rows[0].notification, rows.at(-1)!.notification];
    if (first.change !== 'opened' || last.change !== 'resolved') return [];
    const event = endWithOpening(last.event as AlertEvent, first.event.time);
    const { attempts, nextAttemptMs, lastError } = first;
    return [{ rows, end: { ...last, event, attempts, nextAttemptMs, lastError } }];
  });
}

export function earliest(a: number | undefined, b: number | null): number | null {
  return a === undefined || b === null ? (a ?? b) : Math.min(a, b);
}
