import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/runtime/http-errors.ts';
import type { RouteContext } from '../context.ts';

export function streamRoutes(app: FastifyInstance, { hub }: RouteContext): void {
  app.get(
    '/api/stream',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Server-sent events: `snapshot`, then `change` at most twice a second, `tick` every 15 s',
        produces: ['text/event-stream'],
      },
    },
    (_request, reply) => {
      if (hub.full) {
        throw new HttpError(
          503,
          'API_STREAMS_FULL',
          'too many open streams; close a page, or raise streamClientsMax',
        );
      }
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        // Proxies that gather answers would hold events back.
        'x-accel-buffering': 'no',
      });
      hub.add(reply.raw);
    },
  );
}
