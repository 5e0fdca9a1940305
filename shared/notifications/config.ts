import type { Static } from '@sinclair/typebox';
import { repeatedProblems } from '../config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../config/problem.ts';
import { eachSound } from '../config/sound-view.ts';
import { isForPeople, notifiers } from '../notifiers/notifiers.ts';
import type { CommonSettings } from '../notifiers/settings.ts';
import { hoursProblems } from '../notifiers/told-when/hours.ts';
import { lists } from '../parts/config.ts';
import { type Configured, configuredLists } from '../parts/registry.ts';
import { seamChecks } from '../parts/seam-checks.ts';

/** `[[alerts.KIND]]`: any number of each registered kind of notifier. */
export const AlertsConfig = {
  ...lists(notifiers),
  description: 'Who is told of alerts: any number of notifiers of each kind, each with its own queue.',
};
export type AlertsConfig = Static<typeof AlertsConfig>;

export interface Receiver extends Pick<CommonSettings, 'name' | 'filter' | 'group'> {
  /** True if people read it, and no program that keeps a state. */
  isForPeople: boolean;
}

export interface ConfiguredNotifier extends Configured {
  config: CommonSettings;
}

/** Every notifier of the configuration, whatever its kind. */
export function notifiersIn(config: AlertsConfig): ConfiguredNotifier[] {
  return configuredLists(notifiers, config, 'alerts') as ConfiguredNotifier[];
}

/** The settings that decide who is told of what, of every notifier. */
export function receiversIn(config: AlertsConfig): Receiver[] {
  return notifiersIn(config).map(({ kind, config: { name, filter, group } }) => {
    return { name, filter, ...(group !== undefined && { group }), isForPeople: isForPeople(kind) };
  });
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

/** Hours of notifiers in a time zone that this computer does not know. */
export function toldWhenProblems(config: AlertsConfig): ConfigProblem[] {
  return eachSound(notifiersIn(config), ({ place, config: { filter } }) =>
    filter.hours ? hoursProblems(filter.hours, `${place}.filter.hours`) : [],
  );
}

/** Settings that only the cloud can follow: a gateway tells at once, and knows nothing of acknowledgements. */
export function siteNotifierProblems(config: AlertsConfig): ConfigProblem[] {
  return eachSound(notifiersIn(config), ({ place, config: { filter } }) =>
    (['hours', 'unacknowledgedMin'] as const)
      .filter((key) => filter[key] !== undefined)
      .map((key) =>
        invalid(
          `${place}.filter.${key}`,
          `${place}.filter.${key} is for notifiers of the cloud, where alerts are acknowledged; a gateway tells at once: remove it here`,
        ),
      ),
  );
}
