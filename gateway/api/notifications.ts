import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../shared/http/openapi.ts';
import { selectionOf, selectionSchema } from '../../shared/http/selection.ts';
import { DeadNotificationAnswer } from '../../shared/notifications/dead-schema.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadNoticeAdmin } from '../ports/kept-items.ts';

const Listing = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 50 }) },
  { additionalProperties: false },
);
const Selection = selectionSchema('keys', Type.String({ minLength: 1, maxLength: 1_000 }));
const Redriven = Type.Object({
  redriven: Type.Integer({ minimum: 0 }),
  kept: Type.Integer({ minimum: 0, description: 'entries that stay in place, for `reasons`' }),
  left: Type.Integer({ minimum: 0, description: 'always 0: all are tried' }),
  reasons: Type.Array(Type.String(), { description: 'the first few' }),
});

/** `GET /api/notifications/dead`, `POST /api/notifications/redrive`: as the cloud's, of this gateway's own notifiers. */
export function notificationRoutes(
  app: FastifyInstance,
  { deadNotices, log }: { deadNotices: DeadNoticeAdmin; log: Log },
): void {
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/notifications/dead',
    {
      schema: {
        summary: 'Notifications of this gateway that could not be delivered and are not retried any more',
        querystring: Listing,
        response: answers(
          'the newest first',
          Type.Object({ items: Type.Array(DeadNotificationAnswer), next: Type.Null() }),
        ),
      },
    },
    ({ query }) => ({
      items: deadNotices
        .list(query.limit)
        .map(({ notification, atMs, reason }) => ({ ...notification, atMs, reason })),
      next: null,
    }),
  );
  app.post<{ Body: Static<typeof Selection> }>(
    '/api/notifications/redrive',
    {
      schema: {
        summary: 'Put dead notifications back into their queues, after their receivers were repaired',
        description: 'They keep their idempotency keys. The log has who asked for it.',
        body: Selection,
        response: answers('how it ended', Redriven),
      },
    },
    async ({ body, ip }) => {
      const which = selectionOf('keys', body.keys, body.all);
      const outcome = await deadNotices.redrive(which);
      const { redriven, kept } = outcome;
      log.info({ address: ip, redriven, kept }, 'notifications: sending some again was requested');
      return { ...outcome, left: 0 };
    },
  );
}
