import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { newEvent } from '../../../shared/contract/envelope.ts';
import { type HarbingerEvent, isEventOf } from '../../../shared/contract/events.ts';
import type { RecordBegun } from '../../../shared/contract/notices/record-begun.ts';
import type { Alert } from '../../ports/alerts.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import type { AlertBook } from '../alerts/alert-book.ts';
import type { AlertChanged } from '../alerts/held-news.ts';
import type { OwedEndingsTable } from '../alerts/owed-endings.ts';
import type { MachineLimitsTable } from '../limits/machine-limits.ts';
import type { MaintenanceTable } from '../maintenance/maintenance-table.ts';

/** A record of a gateway, as it has reported it: the names that it holds, of those in a range. */
interface Known {
  record: RecordBegun['record'];
  names: ReadonlySet<string>;
  isInRange(name: string): boolean;
  reasons: string[];
}

export interface RecordTables {
  alerts: AlertBook;
  endings: OwedEndingsTable;
  limits: MachineLimitsTable;
  maintenance: MaintenanceTable;
}

export interface Reconciled {
  ended: AlertChanged[];
  /** The machines whose maintenance has changed, as a test. */
  isMeant: ((name: MachineName) => boolean) | null;
  /** Alerts are owed to the gateway that are over here. */
  isOwed: boolean;
}

/** Null if the event says nothing about a record as a whole. */
export function knownBy(event: HarbingerEvent): Known | null {
  if (isEventOf(event, 'io.harbinger.record.begun.v1')) {
    const reasons = [
      'Its gateway does not know of it any more. If it is still so, a new alert has been opened.',
    ];
    return { record: event.data.record, names: new Set(), isInRange: () => true, reasons };
  }
  const reasons = [
    'Its gateway does not know of it: another gateway of this name had told it, or an older copy was put back. If it is still so, a new alert is opened.',
  ];
  if (isEventOf(event, 'io.harbinger.record.known.v1')) {
    const { record, open } = event.data;
    return { record, names: new Set(open), isInRange: () => true, reasons };
  }
  if (!isEventOf(event, 'io.harbinger.record.part.v1')) return null;
  const { record, after, upTo, names } = event.data;
  const isInRange = (name: string) => name > after && (upTo === null || name <= upTo);
  return { record, names: new Set(names), isInRange, reasons };
}

/**
 * Ends and removes what the gateway does not know any more, and would never end itself. What still holds comes with later
 * events: their order counts and not their times, since a gateway with a new disk may have a wrong clock. And the other way round: what
 * it has open and has ended before is owed to it.
 * @param hasTwin another gateway of this name is connected too; the one that is left is asked what is open, and tells it then
 */
export function reconcile(
  { alerts, endings, limits, maintenance }: RecordTables,
  gateway: string,
  { id, time }: HarbingerEvent,
  { record, names, isInRange, reasons }: Known,
  hasTwin = false,
): Reconciled {
  const isGone = (name: string) => isInRange(name) && !names.has(name);
  const nothing = { ended: [], isMeant: null, isOwed: false };
  if (record === 'limits') {
    limits.removeOf(gateway, isGone);
    return nothing;
  }
  if (record === 'maintenance') return { ...nothing, isMeant: maintenance.removeOf(gateway, isGone) };
  // The other gateway may have told what this one does not know, and still judges it.
  if (hasTwin) return nothing;
  endings.settleOthers(gateway, record, (alertId) => !isGone(alertId));
  let isOwed = false;
  for (const name of names) {
    const ended = alerts.get(gateway, name);
    if (!ended || recordOf(ended) !== record || ended.state !== 'resolved' || ended.isRetired) continue;
    const { where } = alertSaid(ended);
    const { closed } = 'condition' in ended ? ended.condition : ended.prediction;
    const owed = { alertId: name, ...(closed && { closed }) };
    isOwed = endings.owe({ gateway, ended: owed, record, where }) || isOwed;
  }
  const ended = alerts.endOpen(gateway, (alert) => {
    if (recordOf(alert) !== record || !isGone(alert.alertId)) return null;
    const timeMs = Math.max(Date.parse(time), Date.parse(alert.updatedAt));
    const about = { gateway, id: `${id}/${alert.alertId}`.slice(0, 128), timeMs };
    if ('condition' in alert)
      return newEvent('io.harbinger.condition.resolved.v1', about, { ...alert.condition, reasons });
    const subject = alertSaid(alert).where;
    const said = { ...alert.prediction, reasons, outcome: 'unknown' };
    return newEvent('io.harbinger.prediction.resolved.v1', { ...about, subject }, said);
  });
  // A second gateway of the same name may still have them open: it hears that they are over, and judges anew.
  for (const { step } of ended) {
    const { alertId } = step.alert;
    isOwed =
      endings.owe({ gateway, ended: { alertId }, record, where: alertSaid(step.alert).where }) || isOwed;
  }
  return { ended, isMeant: null, isOwed };
}

/** True for a setting that a gateway has told again at its start. */
export function isRetold(event: HarbingerEvent): boolean {
  return (
    (isEventOf(event, 'io.harbinger.machine.limits.v1') ||
      isEventOf(event, 'io.harbinger.machine.maintenance.v1') ||
      isEventOf(event, 'io.harbinger.fleet.reported.v1')) &&
    event.data.isRetold === true
  );
}

const recordOf = (alert: Alert) => ('condition' in alert ? 'conditions' : 'predictions');
