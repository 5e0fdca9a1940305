/** Deeds of people about open alerts: acknowledge, assign, shelve, comment. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { type Deed, deedNames, workLimits } from '../../ports/work/work.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Time, timeMs } from '../schemas.ts';
import { atOnceMax, chosenAlerts, chosenIn, DoneView, refuseIfNone } from './chosen.ts';

const { byLengthMax, noteLengthMax, shelfDaysMax } = workLimits;
const closed = { additionalProperties: false };

const Body = Type.Object(
  {
    ...chosenAlerts,
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

export function workRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'alerts' | 'working' | 'audit' | 'clock'>,
): void {
  app.post<{ Body: Static<typeof Body> }>(
    '/api/alerts/work',
    {
      schema: {
        summary: 'Acknowledge, assign, shelve or comment on open alerts',
        description: `Up to ${atOnceMax} at once, by their ids or by what they have in common, of which each is done or refused by itself: one that has ended, or that somebody else has changed since (\`version\`). If all are refused, the answer is 409. An acknowledged or shelved alert that becomes critical, or opens again, is neither any more. The request and its outcome are recorded in /api/audit.`,
        body: Body,
        response: answers('the alerts as they are now, and what was refused', DoneView),
      },
    },
    async (request) => {
      const { deed: name } = request.body;
      const deed = deedIn(request.body, context.clock.nowMs());
      const { choices, left, text } = chosenIn(request.body, context.alerts);
      const about = { action: `alerts.${name}`, subject: `${textOf(deed)}${text}` };
      const outcomeOf = ({ done, refused }: { done: object[]; refused: object[] }) => ({
        done: done.length,
        refused: refused.length,
      });
      const result = await audited(
        context,
        request,
        about,
        () => context.working.work(choices, deed),
        outcomeOf,
      );
      refuseIfNone(result);
      return { ...result, left };
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
