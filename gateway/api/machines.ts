import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { answers } from '../../shared/http/openapi.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { MachineAdmin, MachineOrSensor } from '../ports/retiring.ts';
import { limitRefusals } from './limits.ts';
import { IsSaved, teachingRoute } from './teaching.ts';

const Name = Type.String({ minLength: 1, maxLength: 64 });
const One = Type.Object(
  {
    site: Name,
    machine: Name,
    sensor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'only this sensor of it' }),
    ),
  },
  { additionalProperties: false },
);
const Time = Type.Number({ description: 'ms since 1970' });
const LimitReached = Type.Object({
  severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
  limit: Type.Number({ description: 'in the unit of the sensor' }),
  earliestMs: Time,
  likelyMs: Time,
  latestMs: Type.Union([Time, Type.Null()], { description: 'null: later than can be foreseen' }),
});
const TimeToLimit = Type.Object({
  sensor: Type.String(),
  unit: Type.String(),
  side: Type.Union([Type.Literal('high'), Type.Literal('low')]),
  state: Type.Union([Type.Literal('trend'), Type.Literal('none'), Type.Literal('learning')], {
    description:
      'trend: its level moves towards a limit; none: it does not, or that is not sure; learning: fewer than 10 days are known',
  }),
  asOfMs: Type.Union([Time, Type.Null()], { description: 'the time up to which the level is known' }),
  trend: Type.Union([
    Type.Object({
      level: Type.Number({ description: 'at asOfMs, in the unit of the sensor' }),
      perDay: Type.Number({ description: 'its change in a day, negative if it falls' }),
      over: Type.Union(
        [Type.Literal('minutes'), Type.Literal('hours'), Type.Literal('days'), Type.Literal('weeks')],
        { description: 'over what the trend was seen' },
      ),
    }),
    Type.Null(),
  ]),
  limits: Type.Array(LimitReached, {
    description: 'limits that will be reached: between earliestMs and latestMs with 80 %',
  }),
});
const Known = Type.Object({
  site: Type.String(),
  machine: Type.String(),
  machineType: Type.String(),
  sender: Type.String({
    description: 'the user, or client, whose machine it is; empty while only the journal knows it',
  }),
  sensors: Type.Array(Type.String()),
  timeToLimit: Type.Array(TimeToLimit, {
    description: 'for each side on which a sensor of it has limits, once it has sent',
  }),
});
const Listing = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 100_000, default: 1_000 }) },
  { additionalProperties: false },
);
const Selection = Type.Object(
  { machines: Type.Array(One, { minItems: 1, maxItems: 200 }) },
  { additionalProperties: false },
);
const Retired = Type.Object({
  retired: Type.Array(One),
  unknown: Type.Array(One),
  retainedMessages: Type.Integer({ minimum: 0, description: 'retained messages that were removed' }),
});

const by = Type.Optional(
  Type.String({ maxLength: 100, description: 'who asks for it; the caller’s address if absent' }),
);
const Relearning = Type.Object(
  {
    site: Name,
    machine: Name,
    by,
    note: Type.String({ minLength: 1, maxLength: 500, description: 'why' }),
    what: Type.Union([Type.Literal('everything'), Type.Literal('state'), Type.Literal('mode')], {
      default: 'everything',
      description:
        'everything: all that is normal is learnt anew; state: what has changed is normal from now on, and all else stays; mode: what is usual in the mode that its state sensor says, or the modes that were learnt, are learnt anew',
    }),
  },
  { additionalProperties: false },
);
const Naming = Type.Object(
  {
    site: Name,
    machine: Name,
    by,
    note: Type.String({ minLength: 1, maxLength: 200, description: 'what it was, e.g. worn coupling' }),
  },
  { additionalProperties: false },
);

const Machine = Type.Object({ site: Name, machine: Name }, { additionalProperties: false });
const Renaming = Type.Object(
  {
    from: Machine,
    to: Machine,
    by,
  },
  { additionalProperties: false },
);
const Renamed = Type.Object({
  windows: Type.Integer({ minimum: 0, description: 'maintenance windows that are on or planned' }),
  limits: Type.Integer({ minimum: 0, description: 'sensors with limits of their own' }),
  isNormal: Type.Boolean({
    description:
      'what is normal for it, as it was learnt or taught; false if nothing was known, or as much is known under the new name',
  }),
  isSaved: IsSaved,
});

/** `GET /api/machines`, `POST /api/machines/rename`, `POST /api/machines/retire` with `{machines: [{site, machine, sensor?}]}`, `POST /api/machines/relearn`. */
export function machineRoutes(
  app: FastifyInstance,
  { machines, log }: { machines: MachineAdmin; log: Log },
): void {
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/machines',
    {
      schema: {
        summary: 'Machines that this gateway knows',
        querystring: Listing,
        response: answers('the machines', Type.Object({ machines: Type.Array(Known) })),
      },
    },
    async (request) => ({ machines: await machines.list(request.query.limit) }),
  );
  app.post<{ Body: Static<typeof Selection> }>(
    '/api/machines/retire',
    {
      schema: {
        summary: 'Forget machines, or single sensors of them, until they send again',
        description:
          'Their windows, baselines, open alerts, topics and retained messages, and what they count for their senders. What they have sent is kept and goes to the cloud, which lists them until they are retired there.',
        body: Selection,
        response: answers('what was done with each', Retired),
      },
    },
    async (request) => {
      const which = request.body.machines.map(nameOf).join(', ').slice(0, 500);
      const about = { machines: which, address: request.ip };
      log.info(about, 'machines: retiring some was requested');
      const outcome = await machines.retire(request.body.machines);
      const { retired, unknown, retainedMessages } = outcome;
      const counts = { retired: retired.length, unknown: unknown.length, retainedMessages };
      log.info({ ...about, ...counts }, 'machines: the change is done');
      return outcome;
    },
  );
  app.post<{ Body: Static<typeof Renaming> }>(
    '/api/machines/rename',
    {
      schema: {
        summary: 'Give what people have set for a machine to its new name',
        description:
          'Maintenance windows and limits of a machine that sends under another name now, after its topic or route was changed. Limits of the new name stay. What is learnt of a machine is learnt anew under its new name.',
        body: Renaming,
        response: answers('how much there was', Renamed),
      },
    },
    async ({ body: { from, to, by }, ip }) => {
      const renamed = await limitRefusals(() => machines.rename(from, to, { by: by ?? ip, address: ip }));
      const names = { from: nameOf(from), to: nameOf(to) };
      log.info({ ...names, address: ip, ...renamed }, 'machines: what was set has another name');
      return renamed;
    },
  );
  app.post<{ Body: Static<typeof Relearning> }>(
    '/api/machines/relearn',
    {
      schema: {
        summary: 'What the machine does now is normal',
        description:
          'What is normal for it is learnt anew from its next reading on, as after a change of product or season. Its limits, its window and what is open stay. Who asked for it, and why, is in the log, and in the end of an alert about what was unusual.',
        body: Relearning,
        response: answers(
          'whether the machine is known, and whether there was anything to learn',
          Type.Object({ isKnown: Type.Boolean(), hasChanged: Type.Boolean(), isSaved: IsSaved }),
        ),
      },
    },
    async (request) => {
      const { site, machine, by = request.ip, note, what } = request.body;
      const outcome = await machines.relearn({ site, machine }, { by, note, what });
      log.info(
        { machine: `${site}/${machine}`, by, note, what, address: request.ip, ...outcome },
        'machines: what is normal is learnt anew',
      );
      return outcome;
    },
  );
  teachingRoute(app, { machines, log });
  app.post<{ Body: Static<typeof Naming> }>(
    '/api/machines/fault',
    {
      schema: {
        summary: 'What the machine does, or did last, is a fault',
        description:
          'It never becomes normal by itself, and is recognised when it comes again: alerts then say what it is like. The last 8 faults of a machine are kept.',
        body: Naming,
        response: answers(
          'whether the machine is watched, and was unusual',
          Type.Object({ isKnown: Type.Boolean(), isNoted: Type.Boolean(), isSaved: IsSaved }),
        ),
      },
    },
    async (request) => {
      const { site, machine, by = request.ip, note } = request.body;
      const outcome = await machines.named({ site, machine }, { by, note });
      const about = { machine: `${site}/${machine}`, by, note, address: request.ip };
      log.info({ ...about, ...outcome }, 'machines: a fault was named');
      return outcome;
    },
  );
}

function nameOf({ site, machine, sensor }: MachineOrSensor): string {
  return sensor === undefined ? `${site}/${machine}` : `${site}/${machine}/${sensor}`;
}
