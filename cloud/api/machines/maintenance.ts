import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';

const Span = Type.Object({
  gateway: Type.String(),
  windowId: Type.String({ description: 'as the gateway calls it' }),
  site: Type.Optional(Type.String({ description: 'absent: the whole gateway' })),
  machine: Type.Optional(Type.String({ description: 'absent: all machines of the site' })),
  fromMs: Type.Number({ description: 'ms since 1970' }),
  toMs: Type.Number({ description: 'when it ends by itself; ms since 1970' }),
  by: Type.String({ description: 'the person who began or planned it' }),
  note: Type.Optional(Type.String({ description: 'why' })),
});

/** `GET /api/maintenance`. Maintenance is begun and ended at the gateway, which raises nothing meanwhile. */
export function maintenanceRoutes(
  app: FastifyInstance,
  { maintenance }: Pick<RouteContext, 'maintenance'>,
): void {
  app.get(
    '/api/maintenance',
    {
      schema: {
        summary: 'Maintenance of machines, sites and gateways that is on or planned',
        description: 'As gateways have said; begin and end it there (harbinger maintenance).',
        response: answers('the earliest first', Type.Object({ windows: Type.Array(Span) })),
      },
    },
    () => ({ windows: maintenance.list() }),
  );
}
