import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { eventSchemas } from '../../../shared/contract/events.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { PageParameters, pageOf } from '../schemas.ts';
import { joinedPage, namesOf } from './joined.ts';

const Event = Type.Union(Object.values(eventSchemas), { description: 'a CloudEvent 1.0' });

type EventContext = Pick<RouteContext, 'events' | 'machines' | 'decommissioning'>;

export function eventRoutes(app: FastifyInstance, context: EventContext): void {
  app.get<{ Querystring: PageParameters }>(
    '/api/events',
    {
      schema: {
        summary: 'Events of the gateways, newest first',
        querystring: PageParameters,
        response: answers('a page, newest first', pageOf(Event)),
      },
    },
    (request) =>
      joinedPage(context.events, request.query, namesOf(context), ({ subject, time }) => ({
        subject,
        timeMs: Date.parse(time),
      })),
  );
}
