import { refuse } from '../config/problem.ts';
import type { Notifier, NotifierDeps } from '../notifiers/notifier.ts';
import { notifiers } from '../notifiers/notifiers.ts';
import { configuredName, createPart } from '../parts/registry.ts';
import type { RunningPart } from '../parts/seam.ts';
import { type AlertsConfig, notifierChecks, notifiersIn } from './config.ts';
import type { NotifierPolicy } from './notification-runner.ts';

export interface CreatedNotifiers {
  policies: NotifierPolicy[];
  running: RunningPart[];
}

/**
 * Creates every notifier of the configuration. @throws ConfigError ALERTS_TLS_FILES: an unreadable file is an error at the
 * start, not when the first alert is due
 */
export async function createNotifiers(config: AlertsConfig, deps: NotifierDeps): Promise<CreatedNotifiers> {
  refuse(notifierChecks.fileProblems(config));
  const created = await Promise.all(
    notifiersIn(config).map(async (configured) => {
      const notifier = await createPart<NotifierDeps, Notifier>(notifiers, configured, deps);
      const policy = { ...configured.config, notifier };
      return { policy, running: { name: configuredName(configured), made: notifier } };
    }),
  );
  return { policies: created.map(({ policy }) => policy), running: created.map(({ running }) => running) };
}
