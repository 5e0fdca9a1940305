import { alertTextOf } from '../alert-text.ts';
import { postedJson } from '../http-post.ts';
import type { Notification, Notifier, NotifierDeps } from '../notifier.ts';
import { pageLink } from '../page-link.ts';
import { alertKeyOf, cutText, urgencyOf } from '../urgency.ts';
import type { NtfyConfig } from './config.ts';

/** ntfy's priorities: 5 rings even on a silenced phone, 4 rings, 2 makes no sound. */
const priorities = { critical: 5, warning: 4, over: 2 } as const;
const tags = { critical: 'rotating_light', warning: 'warning', over: 'white_check_mark' } as const;

/** ntfy refuses longer texts (4,096 bytes), or converts them to files. */
const messageBytesMax = 4_000;

/**
 * Publishes to a topic (https://docs.ntfy.sh/publish/#publish-as-json). ntfy has no idempotency keys; all changes of
 * one alert share a sequence id, by which ntfy 2.16 and newer replace the earlier notification on the phone.
 */
export function createNtfy(config: NtfyConfig, deps: Pick<NotifierDeps, 'clock' | 'publicUrl'>): Notifier {
  const { token } = config;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const message = (notification: Notification, page: string | undefined) =>
    messageOf(config, notification, page);
  return postedJson({ kind: 'ntfy', ...config, headers, messageOf: message }, deps);
}

function messageOf({ topic }: NtfyConfig, notification: Notification, page: string | undefined) {
  const link = pageLink(page, notification);
  const { headline, body } = alertTextOf(notification);
  const urgency = urgencyOf(notification);
  return {
    topic,
    title: headline,
    message: cutText(body.slice(body.indexOf('\n')).trim(), messageBytesMax),
    priority: priorities[urgency],
    tags: [tags[urgency]],
    // ntfy accepts up to 64 letters, digits, `-` and `_`.
    sequence_id: alertKeyOf(notification),
    ...(link !== undefined && { click: link }),
  };
}
