import { alertTextOf } from '../alert-text.ts';
import { postedJson } from '../http-post.ts';
import type { Notification, Notifier, NotifierDeps } from '../notifier.ts';
import { pageLink } from '../page-link.ts';
import { cutText, urgencyOf } from '../urgency.ts';
import type { TeamsConfig } from './config.ts';

const colours = { critical: 'Attention', warning: 'Warning', over: 'Good' } as const;

/** Teams takes 28 KB a message, the card's frame and escapes included. */
const textBytesMax = 8_000;

/**
 * Posts an Adaptive Card (https://adaptivecards.io/explorer/) to a workflow of Microsoft Teams. Teams knows no idempotency keys:
 * after a crash a message may come twice.
 */
export function createTeams(config: TeamsConfig, deps: Pick<NotifierDeps, 'clock' | 'publicUrl'>): Notifier {
  return postedJson({ kind: 'teams', ...config, messageOf }, deps);
}

function messageOf(notification: Notification, page: string | undefined) {
  const link = pageLink(page, notification);
  const { headline, body } = alertTextOf(notification);
  const text = cutText(body.slice(body.indexOf('\n')).trim(), textBytesMax);
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      {
        ...{ type: 'TextBlock', text: plain(headline), size: 'Medium', weight: 'Bolder', wrap: true },
        color: colours[urgencyOf(notification)],
      },
      // One block a line: blocks join lines that follow each other.
      ...text.split('\n').map((line) => ({
        ...{ type: 'TextBlock', text: plain(line) || ' ', wrap: true, spacing: 'None' },
      })),
    ],
    ...(link !== undefined && {
      actions: [{ type: 'Action.OpenUrl', title: 'Open in Harbinger', url: link }],
    }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Text blocks know Markdown: the characters by which it begins anything are shown as they are. */
function plain(text: string): string {
  return text.replaceAll(/[\\*_[\]`]/g, (each) => `\\${each}`);
}
