import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../../shared/http/openapi.ts';
import { selectionOf, selectionSchema } from '../../../shared/http/selection.ts';
import { DeadNotificationAnswer } from '../../../shared/notifications/dead-schema.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf, Redriven } from '../schemas.ts';

const Selection = selectionSchema('keys', Type.String({ minLength: 1, maxLength: 1_000 }));

type NotificationContext = Pick<RouteContext, 'notifications' | 'audit' | 'clock'>;

export function notificationRoutes(app: FastifyInstance, context: NotificationContext): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/notifications/dead',
    {
      schema: {
        summary: 'Notifications that could not be delivered and are not retried any more',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(DeadNotificationAnswer)),
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
