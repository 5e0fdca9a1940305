import { alertSaid } from '../../../shared/contract/alert-content.ts';
import type { NotifierFilter } from '../../../shared/notifiers/settings.ts';
import { isWithinHours } from '../../../shared/notifiers/told-when/hours.ts';
import type { AlertStep } from '../../ports/alerts.ts';
import type { Holding } from '../../ports/work/work.ts';

/**
 * True while a notifier must wait for a change of an alert that concerns it:
 *
 *     shelved          until its time is over; its end is told at once to those who know it
 *     outside hours    until they begin; what is critical does not wait
 *     storm            until it is over; what is critical does not wait, nor who knows the alert
 *     unacknowledged   until it has been open for so long and nobody has acknowledged it; who knows it is told all
 *
 * What waits is told as the alert is then, or not at all if it is over and nobody there knows it.
 */
export function isHeld(
  filter: NotifierFilter | undefined,
  { alert, change }: Pick<AlertStep, 'alert' | 'change'>,
  { isTold, waitsSinceMs, nowMs, isStorm }: Holding,
): boolean {
  const isOver = change === 'resolved';
  if (alert.work?.shelved && !isOver) return true;
  const isCritical = alertSaid(alert).severity === 'critical';
  if (isStorm && !isCritical && !isTold && !isOver) return true;
  if (!filter) return false;
  const { hours, unacknowledgedMin } = filter;
  if (hours && !isCritical && !isWithinHours(hours, nowMs)) return true;
  if (unacknowledgedMin === undefined || isTold || isOver) return false;
  return alert.work?.acknowledged !== undefined || nowMs < waitsSinceMs + unacknowledgedMin * 60_000;
}
