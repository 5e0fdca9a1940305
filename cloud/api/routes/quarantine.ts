import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { RouteContext } from '../context.ts';
import { answers, PageParameters, pageOf } from '../schemas.ts';

const Quarantined = Type.Object({
  id: Type.Integer(),
  atMs: Type.Number(),
  gateway: Type.String(),
  lane: Type.String(),
  code: Type.String(),
  reason: Type.String(),
  bytes: Type.Integer(),
});

export function quarantineRoutes(app: FastifyInstance, context: RouteContext): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/quarantine',
    {
      schema: {
        summary: 'What gateways sent and could never be stored',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(Quarantined)),
      },
    },
    (request) => context.operations.quarantined(request.query),
  );
}
