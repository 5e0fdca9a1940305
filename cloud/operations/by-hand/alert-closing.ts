import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { type Closed, closedLimits, closedText } from '../../../shared/contract/alerts/closed.ts';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Alert, AlertClosing } from '../../ports/alerts.ts';
import type { StateChange } from '../../ports/operations.ts';
import { applyAlertChanges, Changes, type EventTables } from '../apply-event.ts';

export interface ClosingDeps {
  tables: EventTables;
  /** The group of a notifier. */
  groupOf(notifier: string): string | undefined;
  nowMs(): number;
  transaction<T>(change: () => T): Promise<T>;
  /** Tells of a change after it is durable. */
  emit(change: StateChange): void;
}

/**
 * Closes alerts by hand. Its gateway is not asked, but let know, and opens another one when the cause has ended and begins anew, or is
 * worse than it was. One that does not listen goes on with the same prediction, which opens nothing here unless it becomes worse.
 */
export function alertClosing({ tables, groupOf, nowMs, transaction, emit }: ClosingDeps): AlertClosing {
  return {
    async close(alertId, { reason, by }, gateway) {
      const { closed, changes } = await transaction(() => {
        const made = new Changes();
        const open = tables.alerts
          .all('open')
          .filter(
            (alert) => alert.alertId === alertId && (gateway === undefined || alert.gateway === gateway),
          );
        const [alert, ...others] = open;
        if (!alert) throw notOpen(alertId);
        if (others.length > 0) throw ambiguous(alertId, open);
        const { severity, where } = alertSaid(alert);
        const closed: Closed = { by, reason, severity };
        const changed = tables.alerts.apply(alert.gateway, endOf(alert, closed, nowMs()));
        applyAlertChanges(tables, alert.gateway, changed, made);
        if (alert.gateway !== '') {
          const told = new Set(
            changed.flatMap(({ recipients }) => recipients.flatMap((each) => groupOf(each) ?? [])),
          );
          const toldGroups = [...told].slice(0, closedLimits.groupsMax);
          const ended = { alertId, closed: { ...closed, toldGroups } };
          const record = 'condition' in alert ? 'conditions' : 'predictions';
          if (tables.endings.owe({ gateway: alert.gateway, ended, record, where }))
            made.owed.add(alert.gateway);
        }
        return { closed: made.alerts.get(alertId) ?? alert, changes: made };
      });
      tables.notifications.announce(changes.notifiers);
      tables.endings.announce(changes.owed);
      emit({ machines: [...changes.machines.values()], alerts: [...changes.alerts.values()] });
      return closed;
    },
  };
}

/** The event that receivers of the alert get. Its time is not before the latest change of the alert. */
function endOf(alert: Alert, closed: Closed, nowMs: number): HarbingerEvent {
  const { gateway, alertId, updatedAt } = alert;
  const timeMs = Math.max(nowMs, Date.parse(updatedAt));
  const about = { gateway: gateway || null, id: `closed/${nowMs}/${alertId}`.slice(0, 128), timeMs };
  const reasons = [closedText(closed)];
  if ('condition' in alert)
    return newEvent('io.harbinger.condition.resolved.v1', about, { ...alert.condition, reasons, closed });
  const data = { ...alert.prediction, reasons, closed, outcome: 'closed' };
  return newEvent('io.harbinger.prediction.resolved.v1', { ...about, subject: alertSaid(alert).where }, data);
}

function notOpen(alertId: string): HarbingerError {
  return new HarbingerError(
    'ALERT_NOT_OPEN',
    'api',
    `no alert '${alertId}' is open; see the open ones with \`harbinger alerts list\``,
  );
}

function ambiguous(alertId: string, open: readonly Alert[]): HarbingerError {
  const gateways = open.map(({ gateway }) => gateway || "the cloud itself, whose name is ''").join(', ');
  return new HarbingerError(
    'ALERT_NOT_OPEN',
    'api',
    `alert '${alertId}' is open at several gateways (${gateways}): name one of them`,
  );
}
