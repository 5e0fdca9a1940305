/** The receivers of alerts: how it goes with each, and a test of one. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Name, nullable } from '../schemas.ts';

const Notifier = Type.Object({
  name: Type.String(),
  confirmedMs: nullable(
    Type.Number({ description: 'when it confirmed last, ms since 1970; null if it has not since the start' }),
  ),
  failingSinceMs: nullable(Type.Number({ description: 'since when each attempt has failed' })),
  lastError: nullable(Type.String()),
  waiting: Type.Integer({ description: 'notifications that wait to be sent' }),
  summedUp: Type.Integer({ description: 'alerts that wait to be told in a digest' }),
});

const Test = Type.Object(
  {
    name: Name,
    by: Type.Optional(Type.String({ maxLength: 64, description: 'who asks for it: told to the receiver' })),
  },
  { additionalProperties: false },
);

export function notifierRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'notifiers' | 'audit' | 'clock'>,
): void {
  app.get(
    '/api/notifications/receivers',
    {
      schema: {
        summary: 'Who is told of alerts, and whether it arrives',
        response: answers('the receivers', Type.Object({ receivers: Type.Array(Notifier) })),
      },
    },
    () => ({ receivers: context.notifiers.states() }),
  );

  app.post<{ Body: Static<typeof Test> }>(
    '/api/notifications/test',
    {
      schema: {
        summary: 'Send a test to a receiver: an alert that opens and ends at once',
        description:
          'It is sent beside the queue, and is not retried. Answers when the receiver has confirmed, else 502 with what it said. The request and its outcome are recorded in /api/audit.',
        body: Test,
        response: answers('the receiver has confirmed', Type.Object({ confirmed: Type.Literal(true) })),
      },
    },
    (request) => {
      const { name, by = '' } = request.body;
      const about = { action: 'notifications.test', subject: `${name}${by && ` (${by})`}` };
      return audited(context, request, about, async () => {
        await told(context.notifiers.test(name, by));
        return { confirmed: true as const };
      });
    },
  );
}

const statuses: Readonly<Record<string, number>> = { NOTIFIER_UNKNOWN: 404, NOTIFIER_TESTED: 409 };

/** @throws HttpError 404, 409; 502 with what the receiver has answered */
async function told(test: Promise<void>): Promise<void> {
  try {
    await test;
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    throw new HttpError(statuses[error.code] ?? 502, error.code, error.message);
  }
}
