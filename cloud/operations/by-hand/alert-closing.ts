import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { type Closed, closedLimits, closedText } from '../../../shared/contract/alerts/closed.ts';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Alert, AlertClosing, ClosingWords, WorkOutcome } from '../../ports/alerts.ts';
import type { StateChange } from '../../ports/operations.ts';
import { outcomeLimits } from '../../ports/outcomes/outcomes.ts';
import type { AlertChoice, AlertRefusal } from '../../ports/work/work.ts';
import { applyAlertChanges, Changes, type EventTables } from '../apply-event.ts';
import { meant, outcomeOf } from './alert-meant.ts';

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
export function alertClosing(deps: ClosingDeps): AlertClosing {
  const { tables, transaction, emit } = deps;
  const closeOne = (choice: AlertChoice, words: ClosingWords, made: Changes): Alert | AlertRefusal => {
    const found = meant(tables.alerts.all('open'), choice);
    if ('code' in found) return found;
    try {
      return endAlert(deps, found, words, made);
    } catch (error) {
      if (codeOf(error) !== 'OUTCOME_REFUSED') throw error;
      return { alertId: choice.alertId, code: 'OUTCOME_REFUSED', message: messageOf(error) };
    }
  };
  const closeAll = async (choices: readonly AlertChoice[], words: ClosingWords): Promise<WorkOutcome> => {
    const { results, made } = await transaction(() => {
      const made = new Changes();
      return { results: choices.map((choice) => closeOne(choice, words, made)), made };
    });
    tables.notifications.announce(made.notifiers);
    tables.endings.announce(made.owed);
    emit({ machines: [...made.machines.values()], alerts: [...made.alerts.values()] });
    return outcomeOf(results);
  };
  return {
    closeAll,
    async close(alertId, words, gateway) {
      const choice = { alertId, ...(gateway !== undefined && { gateway }) };
      const { done, refused } = await closeAll([choice], words);
      const [refusal] = refused;
      if (refusal) throw new HarbingerError(refusal.code, 'api', refusal.message);
      return done[0]!;
    },
  };
}

/** Ends one alert, and owes that to its gateway. Call it inside a transaction. @throws HarbingerError OUTCOME_REFUSED */
export function endAlert(
  { tables, groupOf, nowMs }: Pick<ClosingDeps, 'tables' | 'groupOf' | 'nowMs'>,
  alert: Alert,
  { reason, by, outcome }: ClosingWords,
  made: Changes,
): Alert {
  if (outcome && 'condition' in alert)
    throw new HarbingerError(
      'OUTCOME_REFUSED',
      'api',
      `alert '${alert.alertId}' is about Harbinger itself, and only warnings of machines turn out to be something: close it without an outcome`,
    );
  const { alertId } = alert;
  const { severity, where } = alertSaid(alert);
  const closed: Closed = { by, reason, severity };
  const changed = tables.alerts.apply(alert.gateway, endOf(alert, closed, nowMs()));
  applyAlertChanges(tables, alert.gateway, changed, made);
  if (outcome) {
    const warning = tables.outcomes.of(alert.gateway, alertId);
    const note = reason.slice(0, outcomeLimits.noteLengthMax);
    if (warning) tables.outcomes.say(warning, { ...outcome, by, note }, nowMs());
  }
  if (alert.gateway !== '') {
    const told = new Set(
      changed.flatMap(({ recipients }) => recipients.flatMap((each) => groupOf(each) ?? [])),
    );
    const toldGroups = [...told].slice(0, closedLimits.groupsMax);
    const ended = { alertId, closed: { ...closed, toldGroups } };
    const record = 'condition' in alert ? 'conditions' : 'predictions';
    if (tables.endings.owe({ gateway: alert.gateway, ended, record, where })) made.owed.add(alert.gateway);
  }
  return changed.find(({ step }) => step.alert.alertId === alertId)?.step.alert ?? alert;
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
