import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers, conditionAnswers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';

/** For supervisors and load balancers: needs no token, and shows no detail beyond the reasons. */
export function healthRoutes(app: FastifyInstance, context: Pick<RouteContext, 'ready'>): void {
  const Lives = Type.Object({ status: Type.Literal('ok') });
  app.get(
    '/healthz',
    { schema: { summary: 'The process lives', security: [], response: answers('it does', Lives) } },
    () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether readings can be accepted and stored; 503 with the reasons if not',
        security: [],
        response: conditionAnswers('ready', 'not ready'),
      },
    },
    (_request, reply) => {
      const { ready, reasons } = context.ready();
      reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', reasons });
    },
  );
}
