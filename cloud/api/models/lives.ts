import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { MachineLife } from '../../../shared/contract/models/lives.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RouteContext } from '../context.ts';
import { Name, Time, timeMs } from '../schemas.ts';
import { livesOf } from './lives-of.ts';

const Query = Type.Object(
  {
    machineType: Name,
    until: Type.Optional({ ...Time, description: `${Time.description}; now if absent` }),
  },
  { additionalProperties: false },
);

/** `GET /api/models/lives`. */
export function livesRoutes(
  app: FastifyInstance,
  {
    machines,
    outcomes,
    events,
    machineLog,
    decommissioning: { retired },
    clock,
  }: Pick<RouteContext, 'machines' | 'outcomes' | 'events' | 'machineLog' | 'decommissioning' | 'clock'>,
): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/models/lives',
    {
      schema: {
        summary: 'The lives of all machines of a type, by which a model of remaining life is trained',
        description:
          'By what was reported on `lifecycle/…`, what stands in the maintenance logs (/api/machines/log) and what people have said of failures. A machine that was renamed has all its lives under its name of now. Their readings are at /api/readings.',
        querystring: Query,
        response: answers(
          'the machines by name, the oldest life of each first',
          Type.Object({ untilMs: Type.Number(), lives: Type.Array(MachineLife) }),
        ),
      },
    },
    ({ query: { machineType, until } }) => {
      const untilMs = until === undefined ? clock.nowMs() : timeMs(until, 'until');
      const of = {
        machines: machines.all(),
        outcomes: outcomes.all(),
        events,
        log: machineLog.all(),
        formerNames: retired.formerNames.bind(retired),
        machineType,
        untilMs,
      };
      return { untilMs, lives: livesOf(of) };
    },
  );
}
