import { reporterOf } from '../../../shared/contract/alert-content.ts';
import type { AlertTold } from '../../../shared/contract/notices/alert-told.ts';
import type { AlertNotification } from '../../../shared/notifiers/notifier.ts';
import type { Row } from './waiting-table.ts';

/** For so long a notifier with a group waits for the word of a gateway that it has told the group itself. */
export const siteFirstMs = 60_000;

/** How long a notifier of this group waits before it tells of the event: no longer than its gateway may tell the group. */
export function waitMsOf({ source, data }: AlertNotification['event'], group: string | undefined): number {
  // No gateway tells that a person has closed an alert here.
  const isClosed = ('closed' in data && data.closed) || ('outcome' in data && data.outcome === 'closed');
  if (group === undefined || reporterOf(source) === '' || isClosed) return 0;
  // An older gateway does not say whom it tells.
  const { siteGroups = [group] } = data as { siteGroups?: readonly string[] };
  return siteGroups.includes(group) ? siteFirstMs : 0;
}

/** Rows that a gateway has told itself. */
export function toldBySite(
  rows: readonly Row[],
  gateway: string,
  { alertId, change, events }: AlertTold,
): Row[] {
  return rows.filter(({ notification: { event }, alertId: about }) => {
    // A group that knows the end need not hear of anything before; and a replacement ends the alert here by another event.
    const isTold = change === 'resolved' || events.includes(event.id);
    return about === alertId && reporterOf(event.source) === gateway && isTold;
  });
}

/** Rows about an alert that still wait for the word of its gateway when it ends: its end says all that they would. */
export function untoldBefore(
  rows: readonly Row[],
  { event: { source } }: Pick<AlertNotification, 'event'>,
  alertId: string,
  nowMs: number,
): Row[] {
  return rows.filter(
    ({ notification: { event, attempts, nextAttemptMs }, alertId: about }) =>
      about === alertId && event.source === source && attempts === 0 && nextAttemptMs > nowMs,
  );
}
