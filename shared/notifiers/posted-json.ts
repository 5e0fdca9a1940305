import { post } from './http-post.ts';
import type { Notification, Notifier, NotifierDeps } from './notifier.ts';

/** A receiver that takes a JSON message for each notification. */
export interface JsonReceiver {
  /** For error messages: `slack 'day-shift'`. */
  kind: string;
  name: string;
  url: string;
  headers?: Record<string, string>;
  /** The address of the page that is set for this receiver. */
  link?: string | undefined;
  /** @param page the address of the page, if it is known */
  messageOf(notification: Notification, page: string | undefined): unknown;
}

/** A notifier that posts JSON. The key of a notification goes along, for receivers that know such keys. */
export function postedJson(
  { kind, name, url, headers = {}, link, messageOf }: JsonReceiver,
  { clock, publicUrl }: Pick<NotifierDeps, 'clock' | 'publicUrl'>,
): Notifier {
  return {
    name,
    async notify(notification, signal) {
      const body = JSON.stringify(messageOf(notification, link ?? publicUrl));
      const all = { 'content-type': 'application/json', 'idempotency-key': notification.key, ...headers };
      await post({ receiver: `${kind} '${name}'`, url, headers: all, body }, signal, clock);
    },
    stop: () => Promise.resolve(),
  };
}
