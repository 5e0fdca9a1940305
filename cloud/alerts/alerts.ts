import { type Counter, Counter as CounterMetric, Gauge, type Registry } from 'prom-client';
import { refuse } from '../../shared/config/problem.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { AlertRules, NotificationQueue, Notifier } from '../ports.ts';
import { type AlertsConfig, notifierProblems, readCaFile } from './config.ts';
import { transition } from './lifecycle.ts';
import { createEmail } from './notifiers/email.ts';
import { createMqttNotifier } from './notifiers/mqtt.ts';
import { createWebhook } from './notifiers/webhook.ts';
import { OutboxRunner } from './outbox-runner.ts';
import { recipientsOf } from './recipients.ts';

export interface AlertsDeps {
  queue: NotificationQueue;
  clock: Clock;
  random: Random;
  log: Log;
  registry: Registry;
}

/** @throws ConfigError CONFIG_INVALID where two notifiers share a name */
export function createAlertRules(config: AlertsConfig): AlertRules {
  refuse(notifierProblems(config));
  const notifiers = [...config.webhook, ...config.email, ...config.mqtt];
  return { transition, recipients: (step, told) => recipientsOf(notifiers, step, told) };
}

/** The certificates that notifiers name. @throws HarbingerError ALERTS_TLS_FILES */
function checkAlertFiles({ email, mqtt }: AlertsConfig): void {
  for (const entry of email) readCaFile(entry, 'email');
  for (const entry of mqtt) readCaFile(entry, 'mqtt');
}

/**
 * A new kind of notifier is one file in notifiers/, its schema in config.ts, and a line here.
 * @throws HarbingerError ALERTS_TLS_FILES
 */
export function createOutbox(config: AlertsConfig, deps: AlertsDeps): OutboxRunner {
  checkAlertFiles(config); // at start, rather than when the first alert cannot be told
  const policies = [
    ...config.webhook.map((entry) => ({ ...entry, notifier: createWebhook(entry, deps) })),
    ...config.email.map((entry) => ({ ...entry, notifier: createEmail(entry, deps) })),
    ...config.mqtt.map((entry) => ({ ...entry, notifier: createMqttNotifier(entry) })),
  ];
  return new OutboxRunner(policies, { ...deps, notifications: metrics(deps, policies) });
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
