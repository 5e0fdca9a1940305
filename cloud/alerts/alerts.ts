/**
 * Alerts: the rules by which events change them (lifecycle, recipients), and the delivery of the notifications that are
 * owed (notification runner, notifiers/). This file composes the room. Rules decide and store nothing: alerts and owed
 * notifications are kept by operations. A new kind of notifier is a folder in notifiers/, its schema in config.ts, and a
 * line in `createNotificationRunner`.
 */
import { type Counter, Counter as CounterMetric, Gauge, type Registry } from 'prom-client';
import { refuse } from '../../shared/config/problem.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { AlertRules } from '../ports/alerts.ts';
import type { DeadNotifications, NotificationQueue, Notifier } from '../ports/notifications.ts';
import { type AlertsConfig, notifierProblems, readCaFile } from './config.ts';
import { transition } from './lifecycle.ts';
import { NotificationRunner } from './notification-runner.ts';
import { createEmail } from './notifiers/email/email.ts';
import { createMqttNotifier } from './notifiers/mqtt/mqtt.ts';
import { createWebhook } from './notifiers/webhook/webhook.ts';
import { recipientsOf } from './recipients.ts';

export interface AlertsDeps {
  queue: NotificationQueue & DeadNotifications;
  clock: Clock;
  random: Random;
  log: Log;
  registry: Registry;
}

/** @throws ConfigError CONFIG_INVALID if two notifiers share a name */
export function createAlertRules(config: AlertsConfig): AlertRules {
  refuse(notifierProblems(config));
  const notifiers = [...config.webhook, ...config.email, ...config.mqtt];
  return { transition, recipients: (step, told) => recipientsOf(notifiers, step, told) };
}

/** Reads the certificates that notifiers name. @throws HarbingerError ALERTS_TLS_FILES */
function checkAlertFiles({ email, mqtt }: AlertsConfig): void {
  for (const entry of email) readCaFile(entry, 'email');
  for (const entry of mqtt) readCaFile(entry, 'mqtt');
}

/** @throws HarbingerError ALERTS_TLS_FILES */
export function createNotificationRunner(config: AlertsConfig, deps: AlertsDeps): NotificationRunner {
  checkAlertFiles(config); // an unreadable file is an error at the start, not when the first alert is due
  const policies = [
    ...config.webhook.map((entry) => ({ ...entry, notifier: createWebhook(entry, deps) })),
    ...config.email.map((entry) => ({ ...entry, notifier: createEmail(entry, deps) })),
    ...config.mqtt.map((entry) => ({ ...entry, notifier: createMqttNotifier(entry) })),
  ];
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
