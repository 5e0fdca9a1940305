import type { Prediction } from '../../shared/contract/events.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import type { NotifierFilter } from '../../shared/notifiers/settings.ts';
import type { AlertStep } from '../ports/alerts.ts';

/**
 * Names of the notifiers whose filter accepts a change. A notifier that heard of an alert also hears of its later
 * changes, even if the alert has become less severe than its filter requires: otherwise its receivers would believe
 * that the alert is still open.
 */
export function recipientsOf(
  notifiers: readonly { name: string; filter: NotifierFilter }[],
  step: AlertStep & { change: AlertChange },
  told: readonly string[],
): string[] {
  const { prediction } = step.alert;
  return notifiers
    .filter(({ name, filter }) => {
      if (!filter.changes.includes(step.change)) return false;
      return told.includes(name) || concerns(filter, prediction);
    })
    .map(({ name }) => name);
}

function concerns(filter: NotifierFilter, prediction: Prediction): boolean {
  const severeEnough = filter.severity === 'warning' || prediction.severity === 'critical';
  return severeEnough && (filter.sites === undefined || filter.sites.includes(prediction.site));
}
