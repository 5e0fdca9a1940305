import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { plainName } from '../../shared/contract/topics.ts';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { MaintenanceAdmin, MaintenanceChanger } from '../ports/maintenance/maintenance.ts';
import type { MachineAdmin } from '../ports/retiring.ts';

const Name = Type.String({ ...plainName });
const Optional = Type.Optional;
const Time = Type.Number({ minimum: 0, description: 'ms since 1970' });
const Who = {
  by: Optional(
    Type.String({ maxLength: 100, description: 'who asks for it; the caller’s address if absent' }),
  ),
  note: Optional(Type.String({ maxLength: 500, description: 'why' })),
};
const scope = {
  site: Optional(Name),
  machine: Optional(Name),
  all: Optional(
    Type.Literal(true, { description: 'all machines of the gateway, in place of site and machine' }),
  ),
};

const Changer = { by: Type.String(), address: Type.String(), note: Optional(Type.String()) };
const Window = Type.Object({
  id: Type.String(),
  site: Optional(Type.String({ description: 'absent: the whole gateway' })),
  machine: Optional(Type.String({ description: 'absent: all machines of the site' })),
  fromMs: Time,
  toMs: Type.Number({ description: 'when it ends by itself, or ended; ms since 1970' }),
  ...Changer,
  setMs: Time,
  ended: Optional(
    Type.Object(
      {
        ...{ ...Changer, atMs: Time },
        toMs: Optional(Type.Number({ description: 'when it would have ended by itself; ms since 1970' })),
      },
      { description: 'who ended it before its time, or dropped it' },
    ),
  ),
});
const SetWindow = Type.Object({
  ...Window.properties,
  isKnown: Type.Boolean({
    description:
      'false: none of its machines has been heard yet, so the names may be wrong; it holds for those that come',
  }),
});
const Listing = Type.Object({ past: Type.Boolean({ default: false }) }, { additionalProperties: false });
const Setting = Type.Object(
  {
    id: Optional(
      Type.String({
        ...{ minLength: 1, maxLength: 200 },
        description:
          'a name for it; the window that has this id already is changed, and what is absent stays',
      }),
    ),
    ...scope,
    fromMs: Optional(Time),
    toMs: Optional(Time),
    ...Who,
  },
  { additionalProperties: false },
);
const Ending = Type.Object(
  {
    id: Optional(Type.String({ maxLength: 200, description: 'only this window, planned ones too' })),
    ...scope,
    ...Who,
  },
  { additionalProperties: false },
);

/** `GET /api/maintenance`, `POST /api/maintenance`, `DELETE /api/maintenance`. */
export function maintenanceRoutes(
  app: FastifyInstance,
  { maintenance, machines }: { maintenance: MaintenanceAdmin; machines: Pick<MachineAdmin, 'knows'> },
): void {
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/maintenance',
    {
      schema: {
        summary: 'Maintenance windows that are on or planned',
        description: 'With past: also those of the last 31 days that are over, with who ended them.',
        querystring: Listing,
        response: answers('the windows, the earliest first', Type.Object({ windows: Type.Array(Window) })),
      },
    },
    ({ query }) => ({ windows: maintenance.list(query.past) }),
  );
  app.post<{ Body: Static<typeof Setting> }>(
    '/api/maintenance',
    {
      schema: {
        summary:
          'Begin or plan the maintenance of a machine, of a site (no machine), or of the whole gateway (all)',
        description:
          'Nothing is raised about its machines from fromMs (now if absent) to toMs (a day later if absent), open alerts stay as they are, and nothing is learnt; everything is stored. With the id of a window that is on or planned: it is changed, longer or shorter; the same again changes nothing, and a window that somebody has ended is not begun anew (MAINTENANCE_INVALID). In force and on disk when it is answered.',
        body: Setting,
        response: answers('the window', SetWindow),
      },
    },
    async (request) => {
      const { note: _note, all: _all, ...wanted } = request.body;
      return refusals(async () => {
        const known = wanted.id !== undefined && maintenance.list(true).find(({ id }) => id === wanted.id);
        const { site, machine, all } = request.body;
        const isScoped = site !== undefined || machine !== undefined || all !== undefined;
        if (!known || isScoped) refuseUnscoped(request.body, '');
        if (known && all && known.site !== undefined)
          throw invalid('the maintenance with this id is not of all machines');
        const window = await maintenance.set(wanted, whoOf(request));
        return { ...window, isKnown: await machines.knows(window) };
      });
    },
  );
  app.delete<{ Body: Static<typeof Ending> }>(
    '/api/maintenance',
    {
      schema: {
        summary: 'End maintenance now',
        description:
          'The window with this id; without an id all that are on and were set for exactly this machine, this site, or the whole gateway (all).',
        body: Ending,
        response: answers('the windows that were ended', Type.Object({ windows: Type.Array(Window) })),
      },
    },
    async (request) => {
      const { id, by: _by, note: _note, all: _all, ...of } = request.body;
      return refusals(async () => {
        if (id === undefined) refuseUnscoped(request.body, ', or {"id": "…"} for one window');
        return { windows: await maintenance.end(id === undefined ? of : { id }, whoOf(request)) };
      });
    },
  );
}

interface Scoped {
  site?: string;
  machine?: string;
  all?: true;
}

/** Nobody puts a whole gateway in maintenance, or ends that, by what they have left out. @throws HarbingerError MAINTENANCE_INVALID */
function refuseUnscoped({ site, machine, all }: Scoped, more: string): void {
  const isOne = all === true ? site === undefined && machine === undefined : site !== undefined;
  if (isOne) return;
  const forms = '{"site": "hall-1", "machine": "fan-3"}, {"site": "hall-1"} for all machines of a site';
  throw invalid(
    `say what the maintenance is of: ${forms}, {"all": true} for all machines of this gateway${more}`,
  );
}

const invalid = (problem: string) => new HarbingerError('MAINTENANCE_INVALID', 'intelligence', problem);

function whoOf({ body, ip }: FastifyRequest<{ Body: { by?: string; note?: string } }>): MaintenanceChanger {
  return { by: body.by ?? ip, address: ip, ...(body.note !== undefined && { note: body.note }) };
}

async function refusals<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    if (error.code === 'MAINTENANCE_INVALID') throw new HttpError(400, error.code, error.message);
    if (error.code === 'MAINTENANCE_TOO_MANY') throw new HttpError(409, error.code, error.message);
    throw error;
  }
}
