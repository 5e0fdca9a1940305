import { alertSaid, contentOf } from '../../contract/alert-content.ts';
import type { AlertEvent } from '../../contract/events.ts';
import { alertTextOf } from '../alert-text.ts';
import { postedJson } from '../http-post.ts';
import type { Notification, Notifier, NotifierDeps } from '../notifier.ts';
import { pageLink } from '../page-link.ts';
import { alertKeyOf, cutText, isOver, urgencyOf } from '../urgency.ts';
import type { PagerDutyConfig } from './config.ts';

/** PagerDuty's limits: characters of a summary, and bytes of an event (512 KB), of which a text needs little. */
const summaryBytesMax = 1_000;
const textBytesMax = 8_000;

/**
 * Sends events of the Events API v2 (https://developer.pagerduty.com/docs/events-api-v2): an alert is one incident, whose
 * changes have one `dedup_key`, so a message that comes twice changes nothing.
 */
export function createPagerDuty(
  config: PagerDutyConfig,
  deps: Pick<NotifierDeps, 'clock' | 'publicUrl'>,
): Notifier {
  return postedJson(
    { kind: 'pagerduty', ...config, messageOf: (notification, page) => eventOf(config, notification, page) },
    deps,
  );
}

function eventOf({ routingKey }: PagerDutyConfig, notification: Notification, page: string | undefined) {
  const urgency = urgencyOf(notification);
  const link = pageLink(page, notification);
  const { headline, body } = alertTextOf(notification);
  return {
    routing_key: routingKey,
    event_action: isOver(notification) ? 'resolve' : 'trigger',
    dedup_key: `harbinger-${alertKeyOf(notification)}`,
    client: 'Harbinger',
    ...(link !== undefined && { client_url: link, links: [{ href: link, text: 'Open in Harbinger' }] }),
    payload: {
      summary: cutText(headline, summaryBytesMax),
      severity: urgency === 'critical' ? 'critical' : 'warning',
      timestamp: notification.event.time,
      ...subjectOf(notification),
      custom_details: { text: cutText(body.slice(body.indexOf('\n')).trim(), textBytesMax) },
    },
  };
}

/** The machine, or the part of Harbinger, and the site and what the matter is, as PagerDuty groups by them. */
function subjectOf(notification: Notification) {
  if (notification.change === 'digest') return { source: 'Harbinger', class: 'digest' };
  const said = alertSaid(contentOf((notification.event as AlertEvent).data));
  const { machine, where, what } = said;
  return {
    source: where,
    class: what,
    ...(machine && { component: machine.machine, group: machine.site }),
  };
}
