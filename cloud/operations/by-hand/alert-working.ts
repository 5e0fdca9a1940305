/**
 * By hand (cloud/operations/by-hand): deeds of people about alerts. Here: those about open ones, and what receivers are told
 * of alerts later than it happens; closing one is beside it. What follows from a deed is decided in cloud/alerts/work.
 */
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { eventIdOf, newEvent } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import type { AlertChange } from '../../../shared/notifiers/notifier.ts';
import type { Alert, AlertDeeds, AlertRules, WorkOutcome } from '../../ports/alerts.ts';
import type { AlertChoice, AlertRefusal, Deed } from '../../ports/work/work.ts';
import { applyAlertChanges, Changes } from '../apply-event.ts';
import type { ClosingDeps } from './alert-closing.ts';
import { meant, outcomeOf } from './alert-meant.ts';

export type WorkingDeps = Omit<ClosingDeps, 'groupOf'> & { rules: AlertRules };

export function alertWorking({ tables, rules, nowMs, transaction, emit }: WorkingDeps): AlertDeeds {
  const doOne = (choice: AlertChoice, deed: Deed): Alert | AlertRefusal => {
    const found = meant(tables.alerts.all('open'), choice);
    if ('code' in found) return found;
    const after = rules.afterDeed(found, deed, nowMs());
    tables.alerts.putDeed(after);
    return after;
  };
  return {
    async work(choices, deed): Promise<WorkOutcome> {
      const results = await transaction(() => choices.map((choice) => doOne(choice, deed)));
      const outcome = outcomeOf(results);
      emit({ machines: [], alerts: outcome.done });
      return outcome;
    },
    async tellDue() {
      if (!tables.alerts.hasHeld) return 0;
      const made = await transaction(() => {
        const changes = new Changes();
        for (const changed of tables.alerts.tellDue((...about) => noticeOf(...about, nowMs())))
          applyAlertChanges(tables, changed.step.alert.gateway, [changed], changes);
        return changes;
      });
      tables.notifications.announce(made.notifiers);
      emit({ machines: [...made.machines.values()], alerts: [...made.alerts.values()] });
      return made.alerts.size;
    },
  };
}

/** The event that receivers get of an alert as it is now. Its time is not before the latest change of the alert. */
function noticeOf(alert: Alert, change: AlertChange, nowMs: number): HarbingerEvent {
  const { gateway, alertId, updatedAt } = alert;
  const timeMs = Math.max(nowMs, Date.parse(updatedAt));
  const about = { gateway: gateway || null, id: eventIdOf(`later/${nowMs}/${change}/${alertId}`), timeMs };
  if ('condition' in alert) return newEvent(`io.harbinger.condition.${change}.v1`, about, alert.condition);
  return newEvent(
    `io.harbinger.prediction.${change}.v1`,
    { ...about, subject: alertSaid(alert).where },
    alert.prediction,
  );
}
