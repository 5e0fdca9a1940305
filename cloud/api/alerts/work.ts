/** Deeds of people about open alerts: acknowledge, assign, shelve, comment. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { type Deed, deedNames, workLimits } from '../../ports/work/work.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Alert, Name, Time, timeMs } from '../schemas.ts';

const { byLengthMax, noteLengthMax, shelfDaysMax } = workLimits;
const atOnceMax = 200;
const closed = { additionalProperties: false };

const Choice = Type.Object(
  {
    alertId: Type.String({ minLength: 1, maxLength: 128 }),
    gateway: Type.Optional(
      Type.Union([Name, Type.Literal('')], {
        description:
          'the gateway that reported it, where several have one of this id; empty for the cloud itself',
      }),
    ),
    version: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          '`work.version` that the person has seen, 0 if there is no `work`: if somebody was faster, nothing is done',
      }),
    ),
  },
  closed,
);

const Body = Type.Object(
  {
    alerts: Type.Array(Choice, { minItems: 1, maxItems: atOnceMax }),
    deed: Type.Union(
      deedNames.map((name) => Type.Literal(name)),
      {
        description:
          'acknowledge: somebody has seen it; assign: `to` looks after it; shelve: nobody is told of it until `until`, unless it becomes critical; comment: `note` alone',
      },
    ),
    by: Type.Optional(Type.String({ maxLength: byLengthMax, description: 'who does it' })),
    note: Type.Optional(Type.String({ maxLength: noteLengthMax })),
    to: Type.Optional(Type.String({ minLength: 1, maxLength: byLengthMax, description: 'with assign' })),
    until: Type.Optional(
      Type.Union([Time], { description: `with shelve: when it ends, at most ${shelfDaysMax} days from now` }),
    ),
  },
  closed,
);

const Refusal = Type.Object({ alertId: Type.String(), code: Type.String(), message: Type.String() });

export function workRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'working' | 'audit' | 'clock'>,
): void {
  app.post<{ Body: Static<typeof Body> }>(
    '/api/alerts/work',
    {
      schema: {
        summary: 'Acknowledge, assign, shelve or comment on open alerts',
        description: `Up to ${atOnceMax} at once, of which each is done or refused by itself: one that has ended, or that somebody else has changed since (\`version\`). If all are refused, the answer is 409. An acknowledged or shelved alert that becomes critical, or opens again, is neither any more. The request and its outcome are recorded in /api/audit.`,
        body: Body,
        response: answers(
          'the alerts as they are now, and what was refused',
          Type.Object({ done: Type.Array(Alert), refused: Type.Array(Refusal) }),
        ),
      },
    },
    async (request) => {
      const { alerts, deed: name } = request.body;
      const deed = deedIn(request.body, context.clock.nowMs());
      const ids = alerts.map(({ alertId }) => alertId).join(', ');
      const about = { action: `alerts.${name}`, subject: `${textOf(deed)}${ids}` };
      const outcomeOf = ({ done, refused }: { done: object[]; refused: object[] }) => ({
        done: done.length,
        refused: refused.length,
      });
      const result = await audited(
        context,
        request,
        about,
        () => context.working.work(alerts, deed),
        outcomeOf,
      );
      const [first] = result.refused;
      if (first && result.done.length === 0) {
        const more = result.refused.length > 1 ? ` (and ${result.refused.length - 1} more)` : '';
        throw new HttpError(409, first.code, `${first.message}${more}`);
      }
      return result;
    },
  );
}

/** @throws HttpError 400 if something is missing that the deed needs, or given that it does not know */
function deedIn(
  { deed, by = '', note = '', to, until }: Pick<Static<typeof Body>, 'deed' | 'by' | 'note' | 'to' | 'until'>,
  nowMs: number,
): Deed {
  const untilMs = until === undefined ? undefined : timeMs(until, 'until');
  const refuse = (problem: string) => new HttpError(400, 'API_INPUT', problem);
  if ((to !== undefined) !== (deed === 'assign'))
    throw refuse("'to' belongs to the deed 'assign', which needs it");
  if ((untilMs !== undefined) !== (deed === 'shelve'))
    throw refuse("'until' belongs to the deed 'shelve', which needs it");
  if (untilMs !== undefined && (untilMs <= nowMs || untilMs > nowMs + shelfDaysMax * 86_400_000))
    throw refuse(`'until' must be after now, and at most ${shelfDaysMax} days from now`);
  if (deed === 'comment' && note.trim() === '') throw refuse("a comment needs a 'note'");
  return { deed, by, note, ...(to !== undefined && { to }), ...(untilMs !== undefined && { untilMs }) };
}

function textOf({ to, untilMs, note, by }: Deed): string {
  const parts = [
    to === undefined ? '' : `to ${to}`,
    untilMs === undefined ? '' : `until ${new Date(untilMs).toISOString()}`,
    note,
    by && `(${by})`,
  ].filter((part) => part !== '');
  return parts.length > 0 ? `${parts.join(' ')}: ` : '';
}
