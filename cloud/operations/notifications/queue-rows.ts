import { reporterOf } from '../../../shared/contract/alert-content.ts';
import type { AlertChange } from '../../../shared/notifiers/notifier.ts';
import { keyOf } from '../database.ts';
import type { Row } from './waiting-table.ts';

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
 * Short ASCII without spaces, so that it fits into an HTTP header as it is. Only the event's id may contain slashes: the
 * alert's id is encoded, and neither changes nor names of notifiers have any.
 */
export function notificationKey(
  alertId: string,
  change: AlertChange,
  eventId: string,
  notifier: string,
): string {
  return [encodeURIComponent(keyOf(alertId)), change, eventId, notifier].join('/');
}
