import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { eventSchemas } from '../../../shared/contract/events.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { selectionOf, selectionSchema } from '../../../shared/http/selection.ts';
import { DigestEvent } from '../../../shared/notifiers/digest.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf, Redriven } from '../schemas.ts';

const DeadNotification = Type.Object({
  key: Type.String({ description: 'names it here, and is the idempotency key its receiver sees' }),
  notifier: Type.String(),
  change: Type.Union([
    Type.Literal('opened'),
    Type.Literal('updated'),
    Type.Literal('resolved'),
    Type.Literal('digest'),
  ]),
  attempts: Type.Integer(),
  nextAttemptMs: Type.Number(),
  lastError: Type.Union([Type.String(), Type.Null()]),
  atMs: Type.Number({ description: 'when delivery was given up, ms since 1970' }),
  reason: Type.String({ description: 'why delivery was given up' }),
  event: Type.Union([...Object.values(eventSchemas), DigestEvent], { description: 'a CloudEvent 1.0' }),
});

const Selection = selectionSchema('keys', Type.String({ minLength: 1, maxLength: 1_000 }));

type NotificationContext = Pick<RouteContext, 'notifications' | 'audit' | 'clock'>;

export function notificationRoutes(app: FastifyInstance, context: NotificationContext): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/notifications/dead',
    {
      schema: {
        summary: 'Notifications that could not be delivered and are not retried any more',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(DeadNotification)),
      },
    },
    (request) => {
      const { items, next } = context.notifications.list(request.query);
      return {
        items: items.map(({ notification, atMs, reason }) => ({ ...notification, atMs, reason })),
        next,
      };
    },
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/notifications/redrive',
    {
      schema: {
        summary: 'Put dead notifications back into their queues, after their receivers were repaired',
        description:
          'They keep their idempotency keys. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('how it ended', Redriven),
      },
    },
    (request) => {
      const which = selectionOf('keys', request.body.keys, request.body.all);
      const about = { action: 'notifications.redrive', subject: String(which) };
      return audited(context, request, about, () => context.notifications.redrive(which));
    },
  );
}
