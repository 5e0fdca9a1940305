/**
 * Alerts: the rules by which events change them (lifecycle, recipients), and the delivery of the notifications that are
 * owed (notification runner, shared/notifiers). This file composes the room. Rules decide and store nothing; operations
 * stores alerts and owed notifications.
 */
import { type Counter, Counter as CounterMetric, Gauge, type Registry } from 'prom-client';
import { refuse } from '../../shared/config/problem.ts';
import type { Notifier, NotifierDeps } from '../../shared/notifiers/notifier.ts';
import { notifiers } from '../../shared/notifiers/notifiers.ts';
import { createPart } from '../../shared/parts/registry.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { AlertRules } from '../ports/alerts.ts';
import type { DeadNotifications, NotificationQueue } from '../ports/notifications.ts';
import { type AlertsConfig, notifierFileProblems, notifierProblems, notifiersIn } from './config.ts';
import { transition } from './lifecycle.ts';
import { NotificationRunner, type NotifierPolicy } from './notification-runner.ts';
import { recipientsOf } from './recipients.ts';

export interface AlertsDeps extends NotifierDeps {
  queue: NotificationQueue & DeadNotifications;
  random: Random;
  registry: Registry;
}

/** @throws ConfigError CONFIG_INVALID if two notifiers share a name */
export function createAlertRules(config: AlertsConfig): AlertRules {
  refuse(notifierProblems(config));
  const configs = notifiersIn(config).map((notifier) => notifier.config);
  return { transition, recipients: (step, told) => recipientsOf(configs, step, told) };
}

/**
 * @throws ConfigError ALERTS_TLS_FILES: an unreadable file is an error at the start, not when the first alert is due
 */
export async function createNotificationRunner(
  config: AlertsConfig,
  deps: AlertsDeps,
): Promise<NotificationRunner> {
  refuse(notifierFileProblems(config));
  const policies = await Promise.all(
    notifiersIn(config).map(async (configured): Promise<NotifierPolicy> => {
      const notifier = await createPart<NotifierDeps, Notifier>(notifiers, configured, deps);
      return { ...configured.config, notifier };
    }),
  );
  return new NotificationRunner(policies, { ...deps, notifications: metrics(deps, policies) });
}

function metrics(
  { queue, registry }: AlertsDeps,
  policies: { notifier: Notifier }[],
): Counter<'notifier' | 'outcome'> {
  new Gauge({
    name: 'harbinger_notifications_waiting',
    help: 'Notifications not confirmed yet',
    labelNames: ['notifier'],
    registers: [registry],
    collect() {
      const waiting = queue.waiting();
      for (const { notifier } of policies)
        this.set({ notifier: notifier.name }, waiting.get(notifier.name) ?? 0);
    },
  });
  new Gauge({
    name: 'harbinger_notifications_dead',
    help: 'Notifications given up, kept for redriving',
    registers: [registry],
    collect() {
      this.set(queue.deadCount());
    },
  });
  return new CounterMetric({
    name: 'harbinger_notifications_total',
    help: 'Attempts to notify, by outcome',
    labelNames: ['notifier', 'outcome'],
    registers: [registry],
  });
}
