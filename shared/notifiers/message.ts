import { alertTextOf } from './alert-text.ts';
import type { Notification } from './notifier.ts';
import { pageLink } from './page-link.ts';

/**
 * Returns the text for webhooks and MQTT receivers: the event itself (CloudEvents 1.0, structured JSON) with two
 * extension attributes, the change of the alert and the idempotency key, its words for people (`headline`, `text`: what mails have),
 * and the address of the page about it, if that is known. The same notification always yields the same
 * bytes.
 */
export function cloudEventOf(notification: Notification, page?: string): string {
  const pageurl = pageLink(page, notification);
  const { headline, body: text } = alertTextOf(notification, pageurl);
  return JSON.stringify({
    ...notification.event,
    alertchange: notification.change,
    idempotencykey: notification.key,
    headline,
    text,
    ...(pageurl !== undefined && { pageurl }),
  });
}
