/**
 * Mails as HTML (shared/notifiers/email/html): the same words as in plain text, with a small picture of the remaining life and buttons.
 * Nothing is loaded from elsewhere: the picture travels with the mail.
 */
import { contentOf } from '../../../contract/alert-content.ts';
import type { AlertEvent } from '../../../contract/events.ts';
import { escapedHtml } from '../../../words/html.ts';
import type { AlertText } from '../../alert-text.ts';
import type { Notification } from '../../notifier.ts';
import { lifeChart } from './life-chart.ts';

export interface MailHtml {
  html: string;
  attachments: { filename: string; content: Buffer; cid: string; contentDisposition: 'inline' }[];
}

export interface MailLinks {
  /** The page about it. */
  page?: string | undefined;
  /** A page with a button that acknowledges it. */
  acknowledge?: string | undefined;
}

const chartCid = 'remaining-life@harbinger';

export function mailHtml(
  notification: Notification,
  { headline, body }: AlertText,
  links: MailLinks,
): MailHtml {
  const life = lifeOf(notification);
  const buttons = [
    ...(links.acknowledge === undefined ? [] : [button('Acknowledge …', links.acknowledge)]),
    ...(links.page === undefined ? [] : [button('Open the page', links.page)]),
  ];
  const picture = life
    ? `<p><img src="cid:${chartCid}" width="480" height="40" alt="Remaining life: about ${rounded(life.p50)} ${escapedHtml(life.unit)}, ${rounded(life.p10)} to ${rounded(life.p90)}"><br><span style="color:#5a6675">now, then remaining life in ${escapedHtml(life.unit)}: ${rounded(life.p10)} · <b>${rounded(life.p50)}</b> · ${rounded(life.p90)}</span></p>`
    : '';
  const html = `<!doctype html><html lang="en"><body style="font:15px/1.5 system-ui,sans-serif;color:#1c2430">
<h1 style="font-size:18px">${escapedHtml(headline)}</h1>
${picture}
<pre style="font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap">${escapedHtml(body)}</pre>
<p>${buttons.join(' ')}</p>
</body></html>
`;
  if (!life) return { html, attachments: [] };
  const content = lifeChart(life);
  return {
    html,
    attachments: [{ filename: 'remaining-life.png', content, cid: chartCid, contentDisposition: 'inline' }],
  };
}

/** The remaining life to draw; null where there is none, or the alert is over. */
function lifeOf(notification: Notification) {
  if (notification.change === 'digest' || notification.change === 'resolved') return null;
  const content = contentOf((notification.event as AlertEvent).data);
  return 'prediction' in content ? (content.prediction.remainingLife ?? null) : null;
}

function button(text: string, link: string): string {
  return `<a href="${escapedHtml(link)}" style="display:inline-block;padding:8px 16px;border:1px solid #1c2430;border-radius:4px;color:#1c2430;text-decoration:none">${escapedHtml(text)}</a>`;
}

const rounded = (value: number) => String(Number(value.toPrecision(3)));
