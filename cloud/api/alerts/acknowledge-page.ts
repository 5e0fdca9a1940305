/** The page behind the link in a mail: it acknowledges one alert, by a button, since mail scanners follow links. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { whatOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import { textAnswer } from '../../../shared/http/openapi.ts';
import { type AckGrant, AckLinks } from '../../../shared/security/ack-links.ts';
import { escapedHtml } from '../../../shared/words/html.ts';
import type { Alert } from '../../ports/alerts.ts';
import { workLimits } from '../../ports/work/work.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';

const Token = Type.Object({ token: Type.String({ maxLength: 1_000 }) });
const Form = Type.Object(
  { by: Type.String({ minLength: 1, maxLength: workLimits.byLengthMax, pattern: '\\S' }) },
  { additionalProperties: false },
);
const tag = { security: [] };
const document = textAnswer('a page', 'text/html');

type Context = Pick<RouteContext, 'alerts' | 'working' | 'audit' | 'clock'>;

/** Needs no token of the API: the link is the right. @param dataDir absent: there are no links */
export function acknowledgePage(app: FastifyInstance, context: Context, dataDir: string | undefined): void {
  if (dataDir === undefined) return;
  const links = AckLinks.in(dataDir);
  const grantOf = (token: string) => links.grantOf(token, context.clock.nowMs());
  const openOf = ({ alertId, gateway }: AckGrant) =>
    context.alerts.all('open').find((each) => each.alertId === alertId && each.gateway === gateway);

  app.register(async (page) => {
    page.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4_096 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );

    page.get<{ Params: Static<typeof Token> }>(
      '/acknowledge/:token',
      { schema: { summary: 'The page of a link in a mail', params: Token, response: document, ...tag } },
      ({ params: { token } }, reply) => {
        const grant = grantOf(token);
        if (!grant) return shown(reply.code(410), 'This link is over, or is none', linkOver);
        const alert = openOf(grant);
        if (!alert) return shown(reply, 'It is over', '<p>This alert is not open any more.</p>');
        const { acknowledged } = alert.work ?? {};
        if (acknowledged)
          return shown(
            reply,
            titleOf(alert),
            `<p>${escapedHtml(acknowledged.by || 'Somebody')} has acknowledged it at ${escapedHtml(acknowledged.at)}.</p>`,
          );
        return shown(reply, titleOf(alert), `${reasonsOf(alert)}${form}`);
      },
    );

    page.post<{ Params: Static<typeof Token>; Body: Static<typeof Form> }>(
      '/acknowledge/:token',
      {
        schema: {
          summary: 'Acknowledge the alert of a link in a mail',
          params: Token,
          body: Form,
          response: document,
          ...tag,
        },
      },
      async (request, reply) => {
        const { by } = request.body;
        const grant = grantOf(request.params.token);
        if (!grant) return shown(reply.code(410), 'This link is over, or is none', linkOver);
        const { alertId, gateway, notifier } = grant;
        request.who = { role: 'operator', name: `link of ${notifier}` };
        const about = { action: 'alerts.acknowledge', subject: `${alertId} (${by})` };
        const deed = { deed: 'acknowledge', by, note: `by the link in a mail of ${notifier}` } as const;
        const work = () => context.working.work([{ alertId, gateway }], deed);
        const counted = (result: Awaited<ReturnType<typeof work>>) => ({ done: result.done.length });
        const { done } = await audited(context, request, about, work, counted);
        const [alert] = done;
        if (!alert) return shown(reply, 'It is over', '<p>This alert is not open any more.</p>');
        return shown(reply, titleOf(alert), `<p>Acknowledged by ${escapedHtml(by)}.</p>`);
      },
    );
  });
}

const linkOver = '<p>Links in mails hold for a few days. Open the page of Harbinger instead.</p>';
const form = `<form method="post"><p><label>Your name <input name="by" required maxlength="${workLimits.byLengthMax}" autocomplete="name"></label></p><p><button>Acknowledge</button></p></form>`;

function titleOf(alert: Alert): string {
  const { what, kind, where, severity } = alertSaid(alert);
  return `${severity === 'critical' ? 'CRITICAL' : 'Warning'}: ${whatOf(what, kind)} on ${where}`;
}

function reasonsOf(alert: Alert): string {
  const { reasons } = alertSaid(alert);
  return `<ul>${reasons.map((reason) => `<li>${escapedHtml(reason)}</li>`).join('')}</ul>`;
}

function shown(reply: FastifyReply, title: string, body: string): string {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapedHtml(title)}</title></head><body><h1>${escapedHtml(title)}</h1>
${body}
</body></html>
`;
}
