import type { Notification } from '../notifiers/notifier.ts';

export interface KeyParts {
  /** The gateway that reports the alert; empty for the cloud. */
  gateway: string;
  /** The alert's id, or `digest-{number}`. */
  alertId: string;
  change: Notification['change'];
  eventId: string;
  notifier: string;
}

/**
 * Short ASCII without spaces, so that it fits into an HTTP header as it is. The part before the first slash names the alert,
 * and receivers keep a thread or a message for each: ids of alerts are those of their gateways, and a data folder that was copied
 * to make another gateway has the same ones. Only the event's id may contain slashes: neither changes nor names of notifiers
 * have any, and no name of a gateway has a `~`.
 */
export function notificationKey({ gateway, alertId, change, eventId, notifier }: KeyParts): string {
  const alert = encodeURIComponent(gateway === '' ? alertId : `${gateway}~${alertId}`);
  return [alert, change, eventId, notifier].join('/');
}
