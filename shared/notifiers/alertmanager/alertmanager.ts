import { alertSaid, contentOf } from '../../contract/alert-content.ts';
import { timeText } from '../../contract/envelope.ts';
import type { AlertEvent } from '../../contract/events.ts';
import { alertTextOf } from '../alert-text.ts';
import { postedJson } from '../http-post.ts';
import type { AlertNotification, Notification, Notifier, NotifierDeps } from '../notifier.ts';
import { pageLink } from '../page-link.ts';
import { cutText, isOver, urgencyOf } from '../urgency.ts';
import type { AlertmanagerConfig } from './config.ts';

/** An alert stays until its end is told; Prometheus, which tells its own each minute, sets some minutes. */
const openMs = 3_650 * 86_400_000;
const textBytesMax = 8_000;
const severities = ['warning', 'critical'] as const;

/**
 * Posts to Alertmanager's API v2 (`/api/v2/alerts`). An alert there is its labels, so each severity is one of its own: what has
 * become critical ends as a warning. The same once more changes nothing. Alertmanager keeps alerts in memory: after its restart it
 * has those of which a change is told later.
 */
export function createAlertmanager(
  config: AlertmanagerConfig,
  deps: Pick<NotifierDeps, 'clock' | 'publicUrl'>,
): Notifier {
  const { name, link } = config;
  const url = `${config.url.replace(/\/+$/, '')}/api/v2/alerts`;
  const messageOf = (notification: Notification, page: string | undefined) =>
    alertsOf(config, notification, { page, nowMs: deps.clock.nowMs() });
  return postedJson(
    { kind: 'alertmanager', name, url, link, headers: authorization(config), messageOf },
    deps,
  );
}

function authorization({ user, password = '', token }: AlertmanagerConfig): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function alertsOf(
  config: AlertmanagerConfig,
  notification: Notification,
  { page, nowMs }: { page: string | undefined; nowMs: number },
) {
  const urgency = urgencyOf(notification);
  const link = pageLink(page, notification);
  const { headline, body } = alertTextOf(notification);
  // By the clock of a gateway that is ahead an alert would end later.
  const atMs = Math.min(Date.parse(notification.event.time), nowMs);
  const about = {
    annotations: {
      summary: headline,
      description: cutText(body.slice(body.indexOf('\n')).trim(), textBytesMax),
    },
    ...(link !== undefined && { generatorURL: link }),
  };
  const labels = notification.change === 'digest' ? digestLabels(notification) : labelsOf(notification);
  const one = (severity: (typeof severities)[number], isOpen: boolean) => ({
    labels: { ...config.labels, ...labels, severity },
    ...about,
    startsAt: timeText(notification.change === 'digest' ? atMs : sinceOf(notification, atMs)),
    endsAt: timeText(isOpen ? nowMs + openMs : atMs),
  });
  if (notification.change === 'opened') return [one(urgency === 'critical' ? 'critical' : 'warning', true)];
  // Under the other severity it is over, whether it has changed or ended.
  const over = isOver(notification);
  return severities.map((severity) => one(severity, !over && severity === urgency));
}

function labelsOf({ event }: AlertNotification): Record<string, string> {
  const { data, source } = event as AlertEvent;
  const { alertId, what, machine, where } = alertSaid(contentOf(data));
  const gateway = /^\/gateways\/(.+)$/.exec(source)?.[1];
  return {
    alertname: what,
    alert_id: alertId,
    ...(machine ? { site: machine.site, machine: machine.machine } : { part: where }),
    ...(gateway !== undefined && { gateway }),
  };
}

const digestLabels = ({ notifier }: Notification) => ({ alertname: 'digest', notifier });

function sinceOf({ event }: AlertNotification, atMs: number): number {
  const { data } = event as AlertEvent;
  const sinceMs = 'since' in data && data.since !== undefined ? Date.parse(data.since) : atMs;
  return Number.isNaN(sinceMs) ? atMs : Math.min(sinceMs, atMs);
}
