/** Routes about gateways: what is known of each, and how one is retired, renamed or deleted. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { GatewayFigures } from '../../../shared/contract/fleet/figures.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { audited } from '../audited.ts';
import { Name } from '../schemas.ts';
import { answered, type DecommissioningContext } from './retire.ts';
import { EraseAnswer, RetireAnswer } from './retired-schemas.ts';

const Gateway = Type.Object({
  gateway: Type.String(),
  isConfigured: Type.Boolean({ description: 'it may connect' }),
  machines: Type.Integer({ minimum: 0 }),
  retiredMachines: Type.Integer({ minimum: 0 }),
  openAlerts: Type.Integer({ minimum: 0 }),
  lastSeenMs: Type.Union([Type.Number(), Type.Null()], {
    description: 'latest time of its machines and batches, ms since 1970; null if nothing was heard',
  }),
  isConnected: Type.Boolean(),
  contact: Type.Union(
    ['heard', 'silent', 'stopped', 'idle', 'unknown'].map((state) => Type.Literal(state)),
    {
      description:
        'silent: not connected for longer than it ever is; stopped: the same after it was stopped in order; idle: connected, but it sends nothing; unknown: never connected',
    },
  ),
  silentSinceMs: Type.Union([Type.Number(), Type.Null()], {
    description: 'since when nothing is known of its machines, ms since 1970',
  }),
  figures: Type.Union(
    [
      Type.Composite([
        GatewayFigures,
        Type.Object({ atMs: Type.Number({ description: 'when it said so; ms since 1970' }) }),
      ]),
      Type.Null(),
    ],
    {
      description:
        'how it is, as it says itself each minute; null if it has not since the cloud was started, or is of an older version',
    },
  ),
});
const Selection = Type.Object({ gateway: Name }, { additionalProperties: false });
const Renaming = Type.Object({ from: Name, to: Name }, { additionalProperties: false });

export function gatewayRoutes(app: FastifyInstance, context: DecommissioningContext): void {
  const { decommissioning } = context;

  app.get(
    '/api/gateways',
    {
      schema: {
        summary: 'Gateways that are configured, or of which something is known',
        response: answers('the gateways', Type.Object({ gateways: Type.Array(Gateway) })),
      },
    },
    () => ({ gateways: decommissioning.gateways() }),
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/gateways/retire',
    {
      schema: {
        summary: 'Retire all machines of a gateway',
        description: 'See /api/machines/retire. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('how many', RetireAnswer),
      },
    },
    (request) => {
      const { gateway } = request.body;
      const about = { action: 'gateways.retire', subject: gateway };
      return audited(context, request, about, () => answered(decommissioning.retireGateway(gateway)));
    },
  );

  app.post<{ Body: Static<typeof Renaming> }>(
    '/api/gateways/rename',
    {
      schema: {
        summary: 'Join the history of a gateway’s machines to those of its new name',
        description: 'See /api/machines/rename. The request and its outcome are recorded in /api/audit.',
        body: Renaming,
        response: answers('how many', RetireAnswer),
      },
    },
    (request) => {
      const { from, to } = request.body;
      const about = { action: 'gateways.rename', subject: `${from} to ${to}` };
      return audited(context, request, about, () => answered(decommissioning.renameGateway(from, to)));
    },
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/gateways/delete',
    {
      schema: {
        summary: 'Delete all machines of a gateway with their readings, events and alerts',
        description: 'See /api/machines/delete. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('what was deleted', EraseAnswer),
      },
    },
    (request) => {
      const { gateway } = request.body;
      const about = { action: 'gateways.delete', subject: gateway };
      return audited(context, request, about, () => answered(decommissioning.eraseGateway(gateway)));
    },
  );
}
