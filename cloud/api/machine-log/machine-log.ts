/** Routes of the maintenance log (cloud/api/machine-log): what people did at machines, or found, and marks for charts. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { maintainedKinds, maintainedLimits } from '../../../shared/contract/alerts/machine-maintained.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { randomHex, systemRandom } from '../../../shared/runtime/random.ts';
import type { LogOutcome } from '../../ports/machine-log/machine-log.ts';
import { outcomeLimits, verdicts } from '../../ports/outcomes/outcomes.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { findMachine, nameMachine } from '../machines/find-machine.ts';
import { Name, Time, timeMs } from '../schemas.ts';

const strict = { additionalProperties: false };
const { byLengthMax, noteLengthMax, idLengthMax } = maintainedLimits;
const Kind = Type.Union(
  maintainedKinds.map((name) => Type.Literal(name)),
  {
    description:
      'replaced: another machine, or as good as new; repaired: a part was mended or changed; inspected; retired: out of use for good; note',
  },
);

const Entry = Type.Object({
  entryId: Type.String(),
  gateway: Type.String(),
  site: Type.String(),
  machine: Type.String(),
  machineType: Type.String(),
  kind: Kind,
  atMs: Type.Number({ description: 'when it was done, ms since 1970: the place of its mark on a chart' }),
  writtenMs: Type.Number({ description: 'when it was written down, ms since 1970' }),
  by: Type.String({ description: 'empty if nobody is named' }),
  note: Type.String(),
});

const Query = Type.Object(
  {
    site: Type.Optional(Name),
    machine: Type.Optional(Name),
    gateway: Type.Optional(Name),
    kind: Type.Optional(Kind),
    from: Type.Optional(Time),
    to: Type.Optional(Time),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 200 }),
  },
  strict,
);

const Body = Type.Object(
  {
    site: Name,
    machine: Name,
    gateway: Type.Optional(Type.Union([Name], { description: 'where several have one of this name' })),
    kind: Kind,
    note: Type.Optional(Type.String({ maxLength: noteLengthMax })),
    by: Type.Optional(Type.String({ maxLength: byLengthMax, description: 'who did it' })),
    at: Type.Optional(Type.Union([Time], { description: 'when it was done; now if absent' })),
    outcome: Type.Optional(
      Type.Union(
        verdicts.filter((each) => each !== 'missed').map((each) => Type.Literal(each)),
        { description: 'what the open warnings of the machine turned out to be, as was seen at it' },
      ),
    ),
    cause: Type.Optional(
      Type.String({ maxLength: outcomeLimits.causeLengthMax, description: 'with `outcome`, in a few words' }),
    ),
    requestId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: idLengthMax,
        pattern: '^[A-Za-z0-9_.-]+$',
        description: 'a name of this request: if it comes again, nothing is written twice',
      }),
    ),
  },
  strict,
);

type Context = Pick<RouteContext, 'machineLog' | 'machines' | 'decommissioning' | 'audit' | 'clock'>;

export function logRoutes(app: FastifyInstance, context: Context): void {
  const { machineLog, machines, decommissioning, clock } = context;

  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/machines/log',
    {
      schema: {
        summary: 'The maintenance log: what people did at machines, the latest first',
        querystring: Query,
        response: answers('the entries', Type.Object({ entries: Type.Array(Entry), total: Type.Integer() })),
      },
    },
    ({ query: { site, machine, gateway, kind, from, to, limit } }) => {
      const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : timeMs(from, 'from');
      const toMs = to === undefined ? Number.POSITIVE_INFINITY : timeMs(to, 'to');
      const wanted = { site, machine, gateway, kind };
      const keys = Object.keys(wanted) as (keyof typeof wanted)[];
      const found = [...machineLog.all()]
        .filter((each) => keys.every((key) => wanted[key] === undefined || wanted[key] === each[key]))
        .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
        .sort((a, b) => b.atMs - a.atMs);
      return { entries: found.slice(0, limit), total: found.length };
    },
  );

  app.post<{ Body: Static<typeof Body> }>(
    '/api/machines/log',
    {
      schema: {
        summary: 'Write down what was done at a machine',
        description:
          'It is an event (io.harbinger.machine.maintained.v1), a mark on charts, and models learn from it: a machine that was replaced or repaired begins another life. Replaced and retired end its open alerts of before, here and at its gateway. The request and its outcome are recorded in /api/audit.',
        body: Body,
        response: answers(
          'the entry, and what followed from it',
          Type.Object({
            entry: Entry,
            ended: Type.Array(Type.String(), { description: 'ids of alerts that ended by it' }),
            said: Type.Array(Type.String(), { description: 'ids of warnings whose outcome it states' }),
          }),
        ),
      },
    },
    async (request) => {
      const { site, machine, gateway, kind, at, outcome, cause } = request.body;
      const { note = '', by = '', requestId = randomHex(systemRandom, 12) } = request.body;
      if (cause !== undefined && outcome === undefined)
        throw new HttpError(
          400,
          'API_INPUT',
          "'cause' belongs to 'outcome': say what the warnings were, too",
        );
      if (kind === 'note' && note.trim() === '')
        throw new HttpError(400, 'API_INPUT', "a note needs a 'note'");
      const atMs = at === undefined ? clock.nowMs() : timeMs(at, 'at');
      if (atMs > clock.nowMs()) throw new HttpError(400, 'API_INPUT', "'at' is in the future");
      const wanted = { site, machine, gateway };
      const name = nameMachine(machines, decommissioning.retired, wanted);
      const { machineType } = findMachine(machines, decommissioning.retired, { ...wanted, ...name }).state;
      const said = outcome !== undefined && { outcome: { verdict: outcome, cause: cause ?? '' } };
      const entry = { ...name, machineType, kind, atMs, by, note, entryId: requestId, ...said };
      const what = [kind, outcome, cause, note].filter((text) => text).join(', ');
      const about = { action: 'machines.log', subject: `${site}/${machine}: ${what}${by && ` (${by})`}` };
      const counted = ({ ended, said }: LogOutcome) => ({ ended: ended.length, said: said.length });
      return audited(context, request, about, () => machineLog.add(entry), counted);
    },
  );
}
