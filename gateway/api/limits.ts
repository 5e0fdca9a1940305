import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OwnLimits } from '../../shared/contract/limits/own-limits.ts';
import { plainName } from '../../shared/contract/topics.ts';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { LimitAdmin, LimitChanger } from '../ports/limits/limits.ts';

const Name = Type.String({ ...plainName });
const Optional = Type.Optional;
const Time = Type.Number({ description: 'ms since 1970' });
const Who = {
  by: Optional(
    Type.String({ maxLength: 100, description: 'who asks for it; the caller’s address if absent' }),
  ),
  note: Optional(Type.String({ maxLength: 500, description: 'why' })),
};
const about = { site: Name, machine: Name };

const Shown = Type.Object({
  ...{ site: Type.String(), machine: Type.String(), sensor: Type.String() },
  machineType: Type.Union([Type.String(), Type.Null()], {
    description: 'null while the machine is not heard',
  }),
  unit: Type.String(),
  limits: OwnLimits,
  from: Type.Union([Type.Literal('type'), Type.Literal('machine')], {
    description: 'machine: set for this machine',
  }),
  by: Optional(Type.String()),
  atMs: Optional(Time),
});
const Change = Type.Object({
  ...{ site: Type.String(), machine: Type.String(), sensor: Type.String() },
  limits: Type.Union([OwnLimits, Type.Null()], { description: 'null: those of the type again' }),
  ...{ by: Type.String(), address: Type.String(), note: Optional(Type.String()), atMs: Time },
});
const Listing = Type.Object(
  { site: Optional(Name), machine: Optional(Name) },
  { additionalProperties: false },
);
const ChangeListing = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }) },
  { additionalProperties: false },
);
const Setting = Type.Object(
  { ...about, sensor: Name, limits: OwnLimits, ...Who },
  { additionalProperties: false },
);
const Clearing = Type.Object({ ...about, sensor: Optional(Name), ...Who }, { additionalProperties: false });

/** `GET /api/limits`, `GET /api/limits/changes`, `POST /api/limits`, `DELETE /api/limits`. */
export function limitRoutes(app: FastifyInstance, { limits }: { limits: LimitAdmin }): void {
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/limits',
    {
      schema: {
        summary: 'Limits in force',
        description:
          'With site and machine: all limits of that machine, also those of its type. Without: all that were set for single machines.',
        querystring: Listing,
        response: answers('the limits', Type.Object({ limits: Type.Array(Shown) })),
      },
    },
    ({ query: { site, machine } }) => ({
      limits: limits.list(site !== undefined && machine !== undefined ? { site, machine } : undefined),
    }),
  );
  app.get<{ Querystring: Static<typeof ChangeListing> }>(
    '/api/limits/changes',
    {
      schema: {
        summary: 'Who changed which limits of single machines, newest first',
        querystring: ChangeListing,
        response: answers('the changes', Type.Object({ changes: Type.Array(Change) })),
      },
    },
    ({ query }) => ({ changes: limits.changes(query.limit) }),
  );
  app.post<{ Body: Static<typeof Setting> }>(
    '/api/limits',
    {
      schema: {
        summary: 'Set all limits of one sensor of one machine; those not given are none',
        description:
          'In force and on disk when it is answered. A sensor that was not heard yet has them from its first reading.',
        body: Setting,
        response: answers('whether the sensor is known', Type.Object({ isKnown: Type.Boolean() })),
      },
    },
    async (request) => {
      const { site, machine, sensor, limits: wanted } = request.body;
      return limitRefusals(() => limits.set({ site, machine, sensor }, wanted, whoOf(request)));
    },
  );
  app.delete<{ Body: Static<typeof Clearing> }>(
    '/api/limits',
    {
      schema: {
        summary: 'Give one sensor of a machine, or all, the limits of its type again',
        body: Clearing,
        response: answers(
          'how many sensors had limits of their own',
          Type.Object({ cleared: Type.Integer({ minimum: 0 }) }),
        ),
      },
    },
    async (request) => {
      const { by: _by, note: _note, ...which } = request.body;
      return { cleared: await limits.clear(which, whoOf(request)) };
    },
  );
}

function whoOf({ body, ip }: FastifyRequest<{ Body: { by?: string; note?: string } }>): LimitChanger {
  return { by: body.by ?? ip, address: ip, ...(body.note !== undefined && { note: body.note }) };
}

/** Answers what the caller can mend by its status. */
export async function limitRefusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    if (error.code === 'LIMITS_INVALID') throw new HttpError(400, error.code, error.message);
    if (error.code === 'LIMITS_TOO_MANY') throw new HttpError(409, error.code, error.message);
    throw error;
  }
}
