import type { Notification } from './notifier.ts';

/**
 * The text that webhooks and MQTT receivers get: the event itself (CloudEvents 1.0, structured JSON) with two extension
 * attributes, the change it makes to its alert and the idempotency key. The same notification gives the same bytes.
 */
export function cloudEventOf(notification: Notification): string {
  return JSON.stringify({
    ...notification.event,
    alertchange: notification.change,
    idempotencykey: notification.key,
  });
}
