import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf } from '../schemas.ts';

const AuditEntry = Type.Object({
  atMs: Type.Number({ description: 'ms since 1970' }),
  action: Type.String(),
  subject: Type.String({ description: 'the target of the change' }),
  by: Type.String({
    description:
      'the name of the user or token that asked; for the tokens of the configuration token or session, and loopback without one',
  }),
  address: Type.String(),
  outcome: Type.Union([Type.String(), Type.Null()], {
    description: 'null in the entry of the request; otherwise the outcome',
  }),
});

export function auditRoutes(app: FastifyInstance, { audit }: Pick<RouteContext, 'audit'>): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/audit',
    {
      schema: {
        summary: 'Changes made by hand: who, from where, and with which outcome',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(AuditEntry)),
      },
    },
    (request) => audit.page(request.query),
  );
}
