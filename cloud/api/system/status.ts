/**
 * Routes about the cloud itself (cloud/api/system): health, status, sign-in, quarantine and audit. Here: the status. A
 * change that a person makes goes through ../audited.ts; everything else only reads.
 */
import { type TProperties, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';

const answer = (added: TProperties) =>
  Type.Object(
    {
      ...added,
      ready: Type.Boolean(),
      reasons: Type.Array(Type.String(), { description: 'why not ready' }),
      storeKind: Type.String(),
      nowMs: Type.Number(),
      streamClients: Type.Integer(),
      notificationsDead: Type.Boolean({ description: 'some notifications of alerts could not be delivered' }),
    },
    { additionalProperties: true },
  );

type StatusContext = Pick<
  RouteContext,
  'status' | 'statusProperties' | 'ready' | 'store' | 'clock' | 'hub' | 'notifications'
>;

export function statusRoutes(app: FastifyInstance, context: StatusContext): void {
  app.get(
    '/api/status',
    {
      schema: {
        summary: 'State of the cloud',
        response: answers('the status', answer(context.statusProperties)),
      },
    },
    () => ({
      ...context.status(),
      ...context.ready(),
      storeKind: context.store.kind,
      nowMs: context.clock.nowMs(),
      streamClients: context.hub.clients,
      notificationsDead: context.notifications.list({ limit: 1 }).items.length > 0,
    }),
  );
}
