import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { textAnswer } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { MachineView } from '../machine-view.ts';
import { Alert } from '../schemas.ts';

const State = Type.Object({
  atMs: Type.Number({ description: 'ms since 1970' }),
  machines: Type.Array(MachineView),
  alerts: Type.Array(Alert),
});

/** The data of each event. */
export const streamEvents = { snapshot: State, change: State, tick: Type.Object({ atMs: Type.Number() }) };

/** OpenAPI 3.1 cannot describe the events of a stream: `x-events` has the schema of each event's `data`. */
const Events = Type.String({
  description:
    'server-sent events: `snapshot` (all machines, open alerts) first and after falling behind, `change` (what changed), `tick`',
  'x-events': streamEvents,
});

export function streamRoutes(app: FastifyInstance, { hub }: Pick<RouteContext, 'hub'>): void {
  app.get(
    '/api/stream',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Server-sent events: `snapshot`, then `change` at most twice a second, `tick` every 15 s',
        response: textAnswer('the events, until the caller disconnects', 'text/event-stream', Events),
      },
    },
    (request, reply) => {
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
        // Tells proxies not to buffer the answer, which would hold events back.
        'x-accel-buffering': 'no',
      });
      hub.add(reply.raw, () => request.isLetIn());
    },
  );
}
