import type { Static } from '@sinclair/typebox';
import { repeatedProblems } from '../../shared/config/entry-problems.ts';
import type { ConfigProblem } from '../../shared/config/problem.ts';
import { notifiers } from '../../shared/notifiers/notifiers.ts';
import type { CommonSettings } from '../../shared/notifiers/settings.ts';
import { lists } from '../../shared/parts/config.ts';
import { type Configured, configuredLists } from '../../shared/parts/registry.ts';
import { seamChecks } from '../../shared/parts/seam-checks.ts';

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

/** Checks of the single notifiers. */
export const notifierChecks = seamChecks(notifiers, notifiersIn);

/** Names that two notifiers share: notifications are kept by name. */
export function notifierNameProblems(config: AlertsConfig): ConfigProblem[] {
  return repeatedProblems(
    notifiersIn(config),
    ({ place }) => `${place}.name`,
    ({ config: { name } }) => name,
  );
}
