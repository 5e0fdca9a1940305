import type { Static } from '@sinclair/typebox';
import { repeatedProblems } from '../../shared/config/entry-problems.ts';
import type { ConfigProblem } from '../../shared/config/problem.ts';
import { notifiers } from '../../shared/notifiers/notifiers.ts';
import type { CommonSettings } from '../../shared/notifiers/settings.ts';
import { lists } from '../../shared/parts/config.ts';
import { type Configured, configuredLists, fileProblemsOf, problemsOf } from '../../shared/parts/registry.ts';

/** `[[alerts.KIND]]`: any number of each registered kind of notifier. */
export const AlertsConfig = {
  ...lists(notifiers),
  description: 'Who is told of alerts: any number of notifiers of each kind, each with its own queue.',
};
export type AlertsConfig = Static<typeof AlertsConfig>;

export interface ConfiguredNotifier extends Configured {
  config: CommonSettings;
}

/** Every notifier of the configuration, whatever its kind. */
export function notifiersIn(config: AlertsConfig): ConfiguredNotifier[] {
  return configuredLists(notifiers, config, 'alerts') as ConfiguredNotifier[];
}

/** Problems with single notifiers, and names that two share: notifications are kept by name. */
export function notifierProblems(config: AlertsConfig): ConfigProblem[] {
  const configured = notifiersIn(config);
  const repeated = repeatedProblems(
    configured,
    ({ place }) => `${place}.name`,
    ({ config: { name } }) => name,
  );
  return [...repeated, ...problemsOf(notifiers, configured)];
}

/** Problems with the files that notifiers name. Reads them. */
export function notifierFileProblems(config: AlertsConfig): ConfigProblem[] {
  return fileProblemsOf(notifiers, notifiersIn(config));
}
