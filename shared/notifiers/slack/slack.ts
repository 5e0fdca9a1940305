import { alertTextOf } from '../alert-text.ts';
import { postedJson } from '../http-post.ts';
import type { Notification, Notifier, NotifierDeps } from '../notifier.ts';
import { pageLink } from '../page-link.ts';
import { cutText, urgencyOf } from '../urgency.ts';
import type { SlackConfig } from './config.ts';

const colours = { critical: '#c62828', warning: '#f9a825', over: '#2e7d32' } as const;

/** Slack folds longer texts of attachments, and refuses much longer ones. */
const textBytesMax = 3_000;

/**
 * Posts to an incoming webhook in the form of Slack's attachments (https://api.slack.com/reference/messaging/attachments),
 * which Mattermost, Rocket.Chat and Discord take too. None of them knows idempotency keys: after a crash a message may come twice.
 */
export function createSlack(config: SlackConfig, deps: Pick<NotifierDeps, 'clock' | 'publicUrl'>): Notifier {
  return postedJson({ kind: 'slack', ...config, messageOf }, deps);
}

function messageOf(notification: Notification, page: string | undefined) {
  const link = pageLink(page, notification);
  const { headline, body } = alertTextOf(notification);
  const title = escaped(headline);
  const text = escaped(cutText(body.slice(body.indexOf('\n')).trim(), textBytesMax));
  return {
    text: title,
    attachments: [
      {
        color: colours[urgencyOf(notification)],
        fallback: title,
        title,
        ...(link !== undefined && { title_link: link }),
        text: `\`\`\`${text.replaceAll('`', '’')}\`\`\``,
        mrkdwn_in: ['text'],
        ts: Math.floor(Date.parse(notification.event.time) / 1_000),
      },
    ],
  };
}

/** The three characters by which Slack begins links, mentions (`<!channel>`) and entities. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
