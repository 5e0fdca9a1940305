import type { Notification } from './notifier.ts';

/**
 * Returns the text for webhooks and MQTT receivers: the event itself (CloudEvents 1.0, structured JSON) with two
 * extension attributes, the change of the alert and the idempotency key. The same notification always yields the same
 * bytes.
 */
export function cloudEventOf(notification: Notification): string {
  return JSON.stringify({
    ...notification.event,
    alertchange: notification.change,
    idempotencykey: notification.key,
  });
}
