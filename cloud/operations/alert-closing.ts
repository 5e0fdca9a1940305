import { alertSaid } from '../../shared/contract/alert-content.ts';
import { newEvent } from '../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Alert, AlertClosing } from '../ports/alerts.ts';
import type { StateChange } from '../ports/operations.ts';
import { applyAlertChanges, Changes, type EventTables } from './apply-event.ts';

export interface ClosingDeps {
  tables: EventTables;
  nowMs(): number;
  transaction<T>(change: () => T): Promise<T>;
  /** Tells of a change after it is durable. */
  emit(change: StateChange): void;
}

/**
 * Closes alerts by hand. Its gateway is not asked: it goes on with the same prediction for as long as the cause lasts,
 * which opens nothing again, and opens another one when the cause has ended and begins anew.
 */
export function alertClosing({ tables, nowMs, transaction, emit }: ClosingDeps): AlertClosing {
  return {
    async close(alertId, reason, gateway) {
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
        const changed = tables.alerts.apply(alert.gateway, endOf(alert, reason, nowMs()));
        applyAlertChanges(tables, alert.gateway, changed, made);
        return { closed: made.alerts.get(alertId) ?? alert, changes: made };
      });
      tables.notifications.announce(changes.notifiers);
      emit({ machines: [...changes.machines.values()], alerts: [...changes.alerts.values()] });
      return closed;
    },
  };
}

/** The event that receivers of the alert get. Its time is not before the latest change of the alert. */
function endOf(alert: Alert, reason: string, nowMs: number): HarbingerEvent {
  const { gateway, alertId, updatedAt } = alert;
  const timeMs = Math.max(nowMs, Date.parse(updatedAt));
  const about = { gateway: gateway || null, id: `closed/${nowMs}/${alertId}`.slice(0, 128), timeMs };
  const reasons = [`It was closed by hand: ${reason}`];
  if ('condition' in alert)
    return newEvent('io.harbinger.condition.resolved.v1', about, { ...alert.condition, reasons });
  const data = { ...alert.prediction, reasons, outcome: 'closed' };
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
