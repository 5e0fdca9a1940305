import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../shared/http/openapi.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { EndedSessions, SessionAdmin } from '../ports/retiring.ts';

const Count = Type.Integer({ minimum: 0 });
const Session = Type.Object({
  clientId: Type.String(),
  user: Type.String({ description: 'empty for clients without a user' }),
  isConnected: Type.Boolean(),
  lastSeenMs: Type.Number({ description: 'when the client was there last, ms since 1970' }),
  subscriptions: Count,
  queuedMessages: Count,
  queuedBytes: Count,
});
const Listing = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 }) },
  { additionalProperties: false },
);
const Selection = Type.Object(
  { clientIds: Type.Array(Type.String({ maxLength: 65_535 }), { minItems: 1, maxItems: 1_000 }) },
  { additionalProperties: false },
);
const Ids = Type.Array(Type.String());
const Ended = Type.Object({
  ended: Ids,
  connected: Type.Array(Type.String(), { description: 'kept: their clients are connected' }),
  unknown: Ids,
});

/** `GET /api/sessions`, `DELETE /api/sessions` with `{clientIds}`. */
export function sessionRoutes(
  app: FastifyInstance,
  { sessions, log }: { sessions(): readonly SessionAdmin[]; log: Log },
): void {
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/sessions',
    {
      schema: {
        summary: 'Sessions that the broker keeps, absent for longest first',
        querystring: Listing,
        response: answers('the sessions', Type.Object({ sessions: Type.Array(Session) })),
      },
    },
    (request) => ({
      sessions: sessions()
        .flatMap((each) => each.list())
        .slice(0, request.query.limit),
    }),
  );
  app.delete<{ Body: Static<typeof Selection> }>(
    '/api/sessions',
    {
      schema: {
        summary: 'End sessions with their subscriptions and queued messages',
        description: 'Sessions of clients that are connected are kept.',
        body: Selection,
        response: answers('what was done with each', Ended),
      },
    },
    async (request) => {
      const { clientIds } = request.body;
      const about = { clientIds: clientIds.join(', ').slice(0, 500), address: request.ip };
      log.info(about, 'sessions: ending some was requested');
      const outcome = await endOf(sessions(), clientIds);
      const { ended, connected, unknown } = outcome;
      const counts = { ended: ended.length, connected: connected.length, unknown: unknown.length };
      log.info({ ...about, ...counts }, 'sessions: the change is done');
      return outcome;
    },
  );
}

async function endOf(admins: readonly SessionAdmin[], clientIds: readonly string[]): Promise<EndedSessions> {
  const all: EndedSessions = { ended: [], connected: [], unknown: [...new Set(clientIds)] };
  for (const admin of admins) {
    const { ended, connected, unknown } = await admin.end(all.unknown);
    all.ended.push(...ended);
    all.connected.push(...connected);
    all.unknown = unknown;
  }
  return all;
}
