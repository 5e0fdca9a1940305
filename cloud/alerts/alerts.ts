/**
 * Alerts (cloud/alerts): the rules by which events change them (lifecycle, recipients), and the delivery of the
 * notifications that are owed (notification runner, shared/notifiers). This file composes the room. Rules decide and
 * store nothing; operations stores alerts and owed notifications.
 */
import type { Registry } from 'prom-client';
import { refuse } from '../../shared/config/problem.ts';
import { type AlertContent, alertSaid, contentOf, reporterOf } from '../../shared/contract/alert-content.ts';
import { isAlertEvent } from '../../shared/contract/events.ts';
import {
  type AlertsConfig,
  notifierChecks,
  notifierNameProblems,
  receiversIn,
  toldWhenProblems,
} from '../../shared/notifications/config.ts';
import { createNotifiers } from '../../shared/notifications/create-notifiers.ts';
import { NotificationRunner } from '../../shared/notifications/notification-runner.ts';
import type { NotificationQueue } from '../../shared/notifications/queue.ts';
import { recipientsOf } from '../../shared/notifications/recipients.ts';
import { attemptStatistics, queueReporter } from '../../shared/notifications/statistics.ts';
import type { NotifierDeps } from '../../shared/notifiers/notifier.ts';
import { countedMetrics } from '../../shared/parts/metrics.ts';
import type { RunningPart } from '../../shared/parts/seam.ts';
import type { Reporter } from '../../shared/parts/statistics.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { AckLinks, ackLinkMs } from '../../shared/security/ack-links.ts';
import type { Alert, AlertRules } from '../ports/alerts.ts';
import type { DeadNotifications, Notifiers } from '../ports/notifications.ts';
import { transition } from './lifecycle.ts';
import type { SiteStorms } from './storms/storms.ts';
import { afterShelf, withWork, workAfter } from './work/deeds.ts';
import { isHeld } from './work/held.ts';

export interface AlertsDeps extends NotifierDeps {
  /** Keeps the secret that signs links in mails. */
  dataDir: string;
  queue: NotificationQueue & DeadNotifications;
  random: Random;
  registry: Registry;
}

/** @throws ConfigError CONFIG_INVALID if two notifiers share a name */
export function createAlertRules(config: AlertsConfig, storms?: SiteStorms): AlertRules {
  refuse([...notifierNameProblems(config), ...toldWhenProblems(config), ...notifierChecks.problems(config)]);
  const configs = receiversIn(config);
  const groups = new Map(configs.map(({ name, group }) => [name, group]));
  const forPeople = new Set(configs.flatMap(({ name, isForPeople }) => (isForPeople ? [name] : [])));
  const filters = new Map(configs.map(({ name, filter }) => [name, filter]));
  return {
    transition: (current, event) => {
      const step = transition(current, event);
      if (step?.change === 'opened' && 'prediction' in step.alert) storms?.opened(step.alert);
      return step && withWork(current, step);
    },
    recipients: (step, told) => (isToldAsSilence(step.alert) ? [] : recipientsOf(configs, step, told)),
    isHeld: (notifier, step, holding) =>
      isHeld(filters.get(notifier), step, { ...holding, isStorm: isInStorm(step.alert, storms) }),
    afterDeed: (alert, deed, nowMs) => ({ ...alert, work: workAfter(alert.work, deed, nowMs) }),
    afterShelf,
    groupOf: (notifier) => groups.get(notifier),
    isForPeople: (notifier) => forPeople.has(notifier),
  };
}

/** True if a common cause of many alerts of its site is told instead. */
function isInStorm(alert: Alert, storms: SiteStorms | undefined): boolean {
  return 'prediction' in alert && storms?.isOn(alert.prediction.site) === true;
}

/** That a gateway did not reach the cloud is known here only when it is over, and was told as its silence. */
function isToldAsSilence(content: AlertContent): boolean {
  return 'condition' in content && content.condition.condition === 'cloud-unreachable';
}

export interface Notifications {
  runner: NotificationRunner;
  notifiers: Notifiers;
  /** Reports waiting and dead notifications. */
  queue: Reporter;
  running: readonly RunningPart[];
}

/** @throws ConfigError ALERTS_TLS_FILES */
export async function createNotifications(config: AlertsConfig, deps: AlertsDeps): Promise<Notifications> {
  const links = { acknowledgeLink: ackLinkIn(deps) };
  const { policies, running } = await createNotifiers(config, { ...deps, ...links });
  const { harbinger_notifications_total } = countedMetrics(deps.registry, attemptStatistics);
  const runner = new NotificationRunner(policies, {
    ...deps,
    notifications: harbinger_notifications_total,
  });
  return {
    runner,
    notifiers: notifiersOf(runner, deps.queue),
    queue: queueReporter(
      deps.queue,
      policies.map(({ notifier }) => notifier.name),
    ),
    running,
  };
}

const dayMs = 86_400_000;

/** Links for mails; none where the address of the page is not known. */
function ackLinkIn({ dataDir, publicUrl, clock }: AlertsDeps): NonNullable<NotifierDeps['acknowledgeLink']> {
  let links: AckLinks | null = null;
  return ({ event, notifier }) => {
    if (publicUrl === undefined || !isAlertEvent(event)) return undefined;
    links ??= AckLinks.in(dataDir);
    const { alertId } = alertSaid(contentOf(event.data));
    // To the end of a day, so that a mail that is sent again is the same.
    const untilMs = Math.ceil((clock.nowMs() + ackLinkMs) / dayMs) * dayMs;
    const grant = {
      alertId,
      gateway: reporterOf(event.source),
      notifier,
      untilMs,
    };
    return `${publicUrl.replace(/#.*$/, '').replace(/\/+$/, '')}/acknowledge/${links.token(grant)}`;
  };
}

function notifiersOf(runner: NotificationRunner, queue: NotificationQueue): Notifiers {
  return {
    states: () => {
      const [waiting, summedUp] = [queue.waiting(), queue.summedUp()];
      return runner.health().map(({ name, confirmedMs, failingSinceMs, lastError }) => ({
        ...{ name, confirmedMs, failingSinceMs, lastError },
        waiting: waiting.get(name) ?? 0,
        summedUp: summedUp.get(name) ?? 0,
      }));
    },
    test: (name, by) => runner.test(name, by),
  };
}
