import type { Notification } from './notifier.ts';
import { pageLink } from './page-link.ts';

/**
 * Returns the text for webhooks and MQTT receivers: the event itself (CloudEvents 1.0, structured JSON) with two
 * extension attributes, the change of the alert and the idempotency key, and a third with the address of the page about it, if
 * that is known. The same notification always yields the same
 * bytes.
 */
export function cloudEventOf(notification: Notification, page?: string): string {
  const pageurl = pageLink(page, notification);
  return JSON.stringify({
    ...notification.event,
    alertchange: notification.change,
    idempotencykey: notification.key,
    ...(pageurl !== undefined && { pageurl }),
  });
}
