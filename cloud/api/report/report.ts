/**
 * The report of a site (cloud/api/report): what was told and what came of it, machines by remaining life, what was done, what was lost, and
 * how good the alerting is by the measures of its standard. Here the routes; weekly.ts gathers, measures.ts counts, html.ts shows.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers, textAnswer } from '../../../shared/http/openapi.ts';
import { isTimeZone } from '../../../shared/words/times.ts';
import type { RouteContext } from '../context.ts';
import { Name, nullable, Time, timeMs, Verdict } from '../schemas.ts';
import { reportHtml } from './html.ts';
import { type ReportSpan, reportOf } from './weekly.ts';

const weekMs = 7 * 86_400_000;
const spanMsMax = 366 * 86_400_000;
const strict = { additionalProperties: false };

const span = {
  site: Name,
  from: Type.Optional(Type.Union([Time], { description: 'a week before `to` if absent' })),
  to: Type.Optional(Type.Union([Time], { description: 'now if absent' })),
  people: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 1,
    description: 'how many look after alerts at a time',
  }),
};
const Query = Type.Object(span, strict);
const HtmlQuery = Type.Object(
  {
    ...span,
    zone: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'time zone such as Europe/Berlin; that of the cloud if absent',
      }),
    ),
  },
  strict,
);

const Named = Type.Object({ machine: Type.String(), what: Type.String(), count: Type.Integer() });
const Report = Type.Object({
  site: Type.String(),
  fromMs: Type.Number(),
  toMs: Type.Number(),
  people: Type.Integer(),
  alerts: Type.Array(
    Type.Object({
      alertId: Type.String(),
      machine: Type.String(),
      what: Type.String(),
      severity: Type.String(),
      openedAt: Type.String(),
      endedAt: nullable(Type.String()),
      verdict: Verdict,
      cause: Type.String(),
    }),
    { description: 'the latest 200 that opened in the span' },
  ),
  verdicts: Type.Record(Type.String(), Type.Integer(), { description: 'of all that opened in the span' }),
  missed: Type.Array(Type.Object({ machine: Type.String(), failedAt: Type.String() })),
  machines: Type.Array(
    Type.Object({
      machine: Type.String(),
      machineType: Type.String(),
      state: Type.String(),
      remainingLifeS: nullable(Type.Object({ p10: Type.Number(), p50: Type.Number(), p90: Type.Number() })),
      runningS: nullable(
        Type.Number({ description: 'seconds of running; null if it is not known when it runs' }),
      ),
      lastSeenMs: Type.Number(),
      openAlerts: Type.Integer(),
    }),
    { description: 'as they are now, the least remaining life first' },
  ),
  silent: Type.Array(Type.String()),
  work: Type.Array(Type.Object({ entryId: Type.String(), kind: Type.String() }), {
    description: 'entries of the maintenance log, as /api/machines/log has them',
  }),
  losses: Type.Array(Type.Object({ gateway: Type.String(), what: Type.String(), atMs: Type.Number() })),
  measures: Type.Object({
    alerts: Type.Integer(),
    perHourAndPerson: Type.Number(),
    people: Type.Integer(),
    floods: Type.Integer({ description: 'spans of ten minutes with more than ten alerts' }),
    noisiest: Type.Array(Named),
    noisiestShare: nullable(Type.Number()),
    chattering: Type.Array(Named, { description: 'told of three times within an hour' }),
    stale: Type.Integer({ description: 'open for more than a day' }),
    confirmed: nullable(Type.Object({ value: Type.Number(), count: Type.Integer(), of: Type.Integer() })),
    leadMs: nullable(Type.Object({ median: Type.Number(), count: Type.Integer() })),
  }),
});

type Context = Pick<
  RouteContext,
  'machines' | 'alerts' | 'outcomes' | 'events' | 'quarantine' | 'machineLog' | 'viewContext' | 'clock'
>;

export function reportRoutes(app: FastifyInstance, context: Context): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/report',
    {
      schema: {
        summary: 'What was told about a site in a week, and what came of it',
        querystring: Query,
        response: answers('the report', Report),
      },
    },
    ({ query }) => reportOf(context, spanIn(query, context)),
  );

  app.get<{ Querystring: Static<typeof HtmlQuery> }>(
    '/api/report/html',
    {
      schema: {
        summary: 'The same, to read and to print',
        querystring: HtmlQuery,
        response: textAnswer('one HTML document, without scripts', 'text/html'),
      },
    },
    ({ query }, reply) => {
      const { zone } = query;
      if (zone !== undefined && !isTimeZone(zone))
        throw new HttpError(400, 'API_INPUT', `this computer does not know the time zone '${zone}'`);
      const report = reportOf(context, spanIn(query, context));
      // It has its styles in itself, so that it can be sent by mail.
      reply.header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      );
      reply.type('text/html; charset=utf-8');
      return reportHtml(report, zone);
    },
  );
}

/** @throws HttpError 400 if there is nothing between the times, or more than a year; 404 if no machine of the site is known */
function spanIn({ site, from, to, people }: Static<typeof Query>, { clock, machines }: Context): ReportSpan {
  const toMs = to === undefined ? clock.nowMs() : timeMs(to, 'to');
  const fromMs = from === undefined ? toMs - weekMs : timeMs(from, 'from');
  if (fromMs >= toMs || toMs - fromMs > spanMsMax)
    throw new HttpError(400, 'API_INPUT', "'from' must be before 'to', and at most 366 days before it");
  if (!machines.all().some((each) => each.site === site))
    throw new HttpError(
      404,
      'API_SITE_UNKNOWN',
      `no machine of site '${site}' has reported; see /api/machines`,
    );
  return { site, fromMs, toMs, people };
}
