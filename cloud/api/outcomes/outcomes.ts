/**
 * Routes about outcomes (cloud/api/outcomes): what warnings turned out to be, as people say and as is inferred, and what that says of
 * those who warned. Here the routes; figures.ts counts.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Outcome, OutcomeSaid } from '../../ports/outcomes/outcomes.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { findMachine, nameMachine } from '../machines/find-machine.ts';
import { Name, Time, timeMs, Verdict } from '../schemas.ts';
import { figuresByPolicy, figuresOf } from './figures.ts';
import { OutcomeView, StatisticsView, said } from './schemas.ts';

const closed = { additionalProperties: false };
const subject = Type.Optional(Type.String({ maxLength: 200, description: 'site/machine' }));

const List = Type.Object(
  {
    subject,
    verdict: Type.Optional(Verdict),
    kind: Type.Optional(Type.Union([Type.Literal('warning'), Type.Literal('failure')])),
    id: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'only those of this id' })),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 200 }),
  },
  closed,
);

const Selection = Type.Object(
  {
    subject,
    machineType: Type.Optional(Type.String({ maxLength: 64 })),
    policy: Type.Optional(
      Type.String({ maxLength: 64, description: 'model, self-learned, rules, limit, …' }),
    ),
    model: Type.Optional(
      Type.String({ maxLength: 200, description: 'name@version of a model or detector, or its name' }),
    ),
    since: Type.Optional(Time),
    last: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 40,
      description: 'so many of the latest warnings of which it is known what they were, of each',
    }),
  },
  closed,
);

const gateway = Type.Optional(Type.Union([Name], { description: 'where several have one of this name' }));
const Saying = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 128 }), gateway, verdict: Verdict, ...said },
  closed,
);
const Add = Type.Object(
  {
    ...{ site: Name, machine: Name, gateway },
    at: Type.Optional(Type.Union([Time], { description: 'when it failed; now if absent' })),
    verdict: Type.Union([Type.Literal('missed'), Type.Literal('planned'), Type.Literal('unknown')], {
      default: 'missed',
    }),
    ...said,
  },
  closed,
);

type Context = Pick<RouteContext, 'outcomes' | 'machines' | 'decommissioning' | 'audit' | 'clock'>;

export function outcomeRoutes(app: FastifyInstance, context: Context): void {
  const { outcomes, clock } = context;

  app.get<{ Querystring: Static<typeof List> }>(
    '/api/outcomes',
    {
      schema: {
        summary: 'What warnings turned out to be, and failures that nobody was warned of, newest first',
        querystring: List,
        response: answers(
          'the outcomes, and their total number',
          Type.Object({ outcomes: Type.Array(OutcomeView), total: Type.Integer() }),
        ),
      },
    },
    ({ query: { subject, verdict, kind, id, limit } }) => {
      const found = [...outcomes.all()].filter(
        (each) =>
          (subject === undefined || subjectOf(each) === subject) &&
          (verdict === undefined || each.verdict === verdict) &&
          (kind === undefined || each.kind === kind) &&
          (id === undefined || each.id === id),
      );
      found.sort((a, b) => beganMs(b) - beganMs(a));
      return { outcomes: found.slice(0, limit), total: found.length };
    },
  );

  app.get<{ Querystring: Static<typeof Selection> }>(
    '/api/outcomes/statistics',
    {
      schema: {
        summary: 'How often warnings were right, failures were missed, and how early they were announced',
        description:
          'By policy and version and by machine type. `precision` has those that were confirmed, of those that were confirmed or false alarms; `recall` the failures that were warned of, of all that are known. What is planned or unknown counts as neither.',
        querystring: Selection,
        response: answers('the figures', StatisticsView),
      },
    },
    ({ query: { subject, machineType, policy, model, since, last } }) => {
      const sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : timeMs(since, 'since');
      const all = [...outcomes.all()].filter(
        (each) =>
          (subject === undefined || subjectOf(each) === subject) &&
          (machineType === undefined || each.machineType === machineType) &&
          beganMs(each) >= sinceMs,
      );
      const policies = figuresByPolicy(all, last).filter(
        (each) =>
          (policy === undefined || each.policy === policy) &&
          (model === undefined || [each.name, `${each.name}@${each.version}`].includes(model)),
      );
      return { all: figuresOf(all, last), policies };
    },
  );

  app.post<{ Body: Static<typeof Saying> }>(
    '/api/outcomes/set',
    {
      schema: {
        summary: 'Say what a warning or a failure was',
        description:
          'It stands against what is inferred, until it is stated anew; all that was stated is kept. The same again changes nothing. The request and its outcome are recorded in /api/audit.',
        body: Saying,
        response: answers('the outcome', Type.Object({ outcome: OutcomeView })),
      },
    },
    async (request) => {
      const { id, gateway, ...body } = request.body;
      const about = { action: 'outcomes.set', subject: `${id}: ${textOf(saidIn(body))}` };
      const work = () => known(outcomes.say(id, saidIn(body), gateway));
      return { outcome: await audited(context, request, about, work, verdictOf) };
    },
  );

  app.post<{ Body: Static<typeof Add> }>(
    '/api/outcomes',
    {
      schema: {
        summary: 'Add a failure of a machine that nobody has reported',
        description:
          'It counts as missed if no warning was open then; a warning that was is confirmed by it. Failures that are reported on `lifecycle/…` are noted by themselves. The request and its outcome are recorded in /api/audit.',
        body: Add,
        response: answers('the outcome', Type.Object({ outcome: OutcomeView })),
      },
    },
    async (request) => {
      const { site, machine, gateway, at, ...body } = request.body;
      const wanted = { site, machine, gateway };
      const name = nameMachine(context.machines, context.decommissioning.retired, wanted);
      const found = findMachine(context.machines, context.decommissioning.retired, { ...wanted, ...name });
      const failedMs = at === undefined ? clock.nowMs() : timeMs(at, 'at');
      if (failedMs > clock.nowMs()) throw new HttpError(400, 'API_INPUT', "'at' is in the future");
      const about = { action: 'outcomes.add', subject: `${site}/${machine}: ${textOf(saidIn(body))}` };
      const of = { ...name, machineType: found.state.machineType };
      const work = () => known(outcomes.addFailure(of, failedMs, saidIn(body)));
      return { outcome: await audited(context, request, about, work, verdictOf) };
    },
  );
}

const subjectOf = ({ site, machine }: Outcome) => `${site}/${machine}`;
const beganMs = (each: Outcome) => Date.parse(each.kind === 'warning' ? each.openedAt : each.failedAt);
const verdictOf = ({ id, verdict }: Outcome) => ({ id, verdict });

type Said = Pick<OutcomeSaid, 'verdict'> & Partial<OutcomeSaid>;

function saidIn({ verdict, by = '', cause = '', note = '', requestId }: Said): OutcomeSaid {
  return { verdict, by, cause, note, ...(requestId !== undefined && { requestId }) };
}

function textOf({ verdict, cause, note, by }: OutcomeSaid): string {
  const why = [cause, note].filter((text) => text !== '').join('; ');
  return `${verdict}${why && `, ${why}`}${by && ` (${by})`}`;
}

const statuses: Readonly<Record<string, number>> = { OUTCOME_UNKNOWN: 404, OUTCOME_REFUSED: 409 };

/** @throws HttpError 404, 409 */
async function known(work: Promise<Outcome>): Promise<Outcome> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error) ?? '';
    const status = statuses[code];
    throw status === undefined ? error : new HttpError(status, code, messageOf(error));
  }
}
