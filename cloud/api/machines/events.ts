import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { eventSchemas } from '../../../shared/contract/events.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf } from '../schemas.ts';

const Event = Type.Union(Object.values(eventSchemas), { description: 'a CloudEvent 1.0' });

export function eventRoutes(app: FastifyInstance, { events }: Pick<RouteContext, 'events'>): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/events',
    {
      schema: {
        summary: 'Events of the gateways, newest first',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(Event)),
      },
    },
    (request) => events.page(request.query),
  );
}
