import type { Notification } from '../ports.ts';

/**
 * What machines receive: the event itself (CloudEvents 1.0, structured JSON) with two extension attributes, the change
 * it makes to its alert and the idempotency key. The same notification always gives the same bytes.
 */
export function cloudEventOf(notification: Notification): string {
  return JSON.stringify({
    ...notification.event,
    alertchange: notification.change,
    idempotencykey: notification.key,
  });
}
