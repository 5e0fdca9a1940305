import type { Prediction } from '../../shared/contract/events.ts';
import type { AlertChange, AlertStep } from '../ports.ts';
import type { NotifierFilter } from './config.ts';

/**
 * The notifiers whose filter lets a change through. Who heard of an alert hears of its end too, even if it has become
 * less severe than they asked for: otherwise they would believe it open for ever.
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
