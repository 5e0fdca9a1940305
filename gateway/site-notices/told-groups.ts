import { contentOf } from '../../shared/contract/alert-content.ts';
import { type AlertEvent, alertEventChange } from '../../shared/contract/events.ts';
import type { Receiver } from '../../shared/notifications/config.ts';
import { recipientsOf } from '../../shared/notifications/recipients.ts';

/** The groups of these notifiers. */
export function groupsOf(settings: readonly Receiver[], names: ReadonlySet<string>): string[] {
  const groups = settings.flatMap(({ name, group }) =>
    group !== undefined && names.has(name) ? [group] : [],
  );
  return [...new Set(groups)];
}

/** Names of all who may have heard of an event that comes again, as after a crash: who did is not known any more. */
export function namesThatMayHaveHeard(settings: readonly Receiver[], event: AlertEvent): string[] {
  const change = alertEventChange(event);
  if (change === null) return [];
  const all = settings.map(({ name }) => name);
  return recipientsOf(settings, { alert: contentOf(event.data), change }, all);
}
