/** Closing an alert by hand. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { closedLimits } from '../../../shared/contract/alerts/closed.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { ClosingWords, WorkOutcome } from '../../ports/alerts.ts';
import { outcomeLimits, verdicts } from '../../ports/outcomes/outcomes.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Alert } from '../schemas.ts';
import { atOnceMax, chosenAlerts, chosenIn, DoneView, GatewayOfAlert, refuseIfNone } from './chosen.ts';

const strict = { additionalProperties: false };

const words = {
  reason: Type.String({
    minLength: 1,
    maxLength: closedLimits.reasonLengthMax,
    description: 'why, for those who were told of it',
  }),
  by: Type.Optional(Type.String({ maxLength: closedLimits.byLengthMax, description: 'who closes it' })),
  outcome: Type.Optional(
    Type.Union(
      verdicts.filter((each) => each !== 'missed').map((each) => Type.Literal(each)),
      {
        description:
          'what it turned out to be, recorded as by /api/outcomes/set: confirmed, false-alarm, planned, or unknown if nobody can tell. Only of warnings of machines. Absent: nothing is recorded, and it is asked for later',
      },
    ),
  ),
  cause: Type.Optional(
    Type.String({
      maxLength: outcomeLimits.causeLengthMax,
      description: 'what the matter was, in a few words; with `outcome`',
    }),
  ),
};

const Body = Type.Object(
  {
    alertId: Type.String({ minLength: 1, maxLength: 128 }),
    gateway: Type.Optional(GatewayOfAlert),
    ...words,
  },
  strict,
);
const BodyOfMany = Type.Object({ ...chosenAlerts, ...words }, strict);

/** @throws HttpError 400 if there is a cause of nothing */
function wordsIn({
  reason,
  by = '',
  outcome,
  cause,
}: Omit<Static<typeof BodyOfMany>, 'alerts'>): ClosingWords {
  if (cause !== undefined && outcome === undefined)
    throw new HttpError(400, 'API_INPUT', "'cause' belongs to 'outcome': say what it turned out to be, too");
  return { reason, by, ...(outcome !== undefined && { outcome: { verdict: outcome, cause: cause ?? '' } }) };
}

function textOf({ reason, by, outcome }: ClosingWords): string {
  const was = outcome ? `; ${outcome.verdict}${outcome.cause && `, ${outcome.cause}`}` : '';
  return `${reason}${was}${by && ` (${by})`}`;
}

const statuses: Readonly<Record<string, number>> = { ALERT_NOT_OPEN: 404, OUTCOME_REFUSED: 409 };

export function closeRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'alerts' | 'closing' | 'audit' | 'clock'>,
): void {
  app.post<{ Body: Static<typeof Body> }>(
    '/api/alerts/close',
    {
      schema: {
        summary: 'Close an open alert by hand, and say what it turned out to be',
        description:
          'Its receivers are told that it was closed, and why. Its gateway is let know, also later if it is away now, and ends it too. It does not open again as long as its cause lasts and does not get worse; when the cause becomes critical, has ended and begins anew, or another sensor or cause joins it, another alert opens. The request and its outcome are recorded in /api/audit.',
        body: Body,
        response: answers('the alert', Type.Object({ alert: Alert })),
      },
    },
    async (request) => {
      const { alertId, gateway } = request.body;
      const words = wordsIn(request.body);
      const about = { action: 'alerts.close', subject: `${alertId}: ${textOf(words)}` };
      const close = async () => {
        try {
          return await context.closing.close(alertId, words, gateway);
        } catch (error) {
          const code = codeOf(error) ?? '';
          const status = statuses[code];
          throw status === undefined ? error : new HttpError(status, code, messageOf(error));
        }
      };
      return { alert: await audited(context, request, about, close, ({ state }) => ({ state })) };
    },
  );

  app.post<{ Body: Static<typeof BodyOfMany> }>(
    '/api/alerts/close-many',
    {
      schema: {
        summary: 'Close several open alerts by hand',
        description: `Up to ${atOnceMax} at once, by their ids or by what they have in common, in one transaction. Each is closed or refused by itself: one that has ended, that somebody has changed since (\`version\`), or one about Harbinger itself if an outcome is given. If all are refused, the answer is 409. The request and its outcome are recorded in /api/audit.`,
        body: BodyOfMany,
        response: answers('the alerts as they are now, and what was refused', DoneView),
      },
    },
    async (request) => {
      const words = wordsIn(request.body);
      const { choices, left, text } = chosenIn(request.body, context.alerts);
      const about = { action: 'alerts.close', subject: `${textOf(words)}: ${text}` };
      const close = () => context.closing.closeAll(choices, words);
      const counted = ({ done, refused }: WorkOutcome) => ({ done: done.length, refused: refused.length });
      const result = await audited(context, request, about, close, counted);
      refuseIfNone(result);
      return { ...result, left };
    },
  );
}
