import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf } from '../schemas.ts';

const AuditEntry = Type.Object({
  atMs: Type.Number({ description: 'ms since 1970' }),
  action: Type.String(),
  subject: Type.String({ description: 'what it was done to' }),
  by: Type.String({ description: 'what let the caller in: token, session or loopback' }),
  address: Type.String(),
  outcome: Type.Union([Type.String(), Type.Null()], { description: 'null: asked for; then how it ended' }),
});

export function auditRoutes(app: FastifyInstance, { audit }: Pick<RouteContext, 'audit'>): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/audit',
    {
      schema: {
        summary: 'What was changed by hand: who asked, from where, and how it ended',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(AuditEntry)),
      },
    },
    (request) => audit.page(request.query),
  );
}
