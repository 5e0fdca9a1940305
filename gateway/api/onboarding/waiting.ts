/**
 * Routes about machines that no rule names (gateway/api/onboarding): who waits, and accepting or ignoring them. watching.ts
 * streams what arrives. What follows from a request is decided in gateway/onboarding.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { OnboardingAdmin, WhoAsks } from '../../ports/onboarding/onboarding.ts';

const Optional = Type.Optional;
const Count = Type.Integer({ minimum: 0 });
const Time = Type.Number({ description: 'ms since 1970' });
const OrNull = Type.Union([Type.Number(), Type.Null()]);
const Match = Type.String({
  minLength: 3,
  maxLength: 140,
  description: 'site/machine, or a pattern: + stands for a whole level, * for any characters',
});
const Who = {
  by: Optional(
    Type.String({ maxLength: 100, description: 'who asks for it; the caller’s address if absent' }),
  ),
  note: Optional(Type.String({ maxLength: 500, description: 'why' })),
};

const Field = Type.Object({
  name: Type.String(),
  count: Type.Integer({ minimum: 0, description: 'readings that had it, of those that were looked at' }),
  ...{ numbers: Count, texts: Count, booleans: Count, others: Count },
  low: OrNull,
  high: OrNull,
  isWhole: Type.Boolean({ description: 'all its numbers were whole' }),
  rises: Type.Integer({ minimum: 0, description: 'how often a number was above the one before' }),
  falls: Count,
  states: Type.Array(Type.String(), { description: 'different texts, at most eight' }),
  hasMoreStates: Type.Boolean(),
  last: Type.String(),
});
const Waiting = Type.Object({
  ...{ site: Type.String(), machine: Type.String(), firstMs: Time, lastMs: Time },
  messages: Count,
  held: Type.Integer({ minimum: 0, description: 'dead letters that hold its messages' }),
  topics: Type.Array(Type.String()),
  sender: Type.String({ description: 'the user, or the client if there is none' }),
  stepMs: Type.Union([Type.Number(), Type.Null()], { description: 'the usual time between two messages' }),
  fields: Type.Array(Field),
  hasMoreFields: Type.Boolean(),
  samples: Type.Array(Type.String(), { description: 'the beginnings of a few messages' }),
});
const Rule = Type.Object({
  match: Type.String(),
  type: Type.Union([Type.String(), Type.Null()], { description: 'null: it is ignored' }),
  ...{ by: Type.String(), address: Type.String(), note: Optional(Type.String()), atMs: Time },
});
const Listing = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }) },
  { additionalProperties: false },
);
const Accepting = Type.Object(
  { match: Match, type: Type.String({ minLength: 1, maxLength: 64 }), ...Who },
  { additionalProperties: false },
);
const Matching = Type.Object({ match: Match, ...Who }, { additionalProperties: false });
type Matching = Static<typeof Matching>;

/** `GET /api/machines/waiting`, `POST /api/machines/accept`, `POST /api/machines/ignore`, `GET` and `DELETE /api/machines/declared`. */
export function onboardingRoutes(
  app: FastifyInstance,
  { onboarding, log }: { onboarding: OnboardingAdmin; log: Log },
): void {
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/machines/waiting',
    {
      schema: {
        summary: 'Machines that send and that no rule names, with what they send; latest first',
        querystring: Listing,
        response: answers('the machines', Type.Object({ machines: Type.Array(Waiting), notListed: Count })),
      },
    },
    ({ query }) => onboarding.waiting(query.limit),
  );
  const Accepted = Type.Object({
    ...{ redriven: Count, failedAgain: Count },
    left: Type.Integer({ minimum: 0, description: 'held messages for which there was no time: ask again' }),
    machines: Type.Array(Type.String()),
  });
  app.post<{ Body: Static<typeof Accepting> }>(
    '/api/machines/accept',
    {
      schema: {
        summary: 'Say of what type machines are; what is held of them becomes readings with their own times',
        description:
          'In force and on disk when it is answered. It can be repeated, for what arrived since or failed. A type whose file was written after the start is read from machineTypesDir.',
        body: Accepting,
        response: answers('what was taken in', Accepted),
      },
    },
    async (request) => {
      const { match, type } = request.body;
      const outcome = await refusals(() => onboarding.accept({ match, type }, whoOf(request)));
      const { redriven, failedAgain } = outcome;
      log.info({ match, type, ...whoOf(request), redriven, failedAgain }, 'machines: accepted');
      return outcome;
    },
  );
  app.post<{ Body: Matching }>(
    '/api/machines/ignore',
    {
      schema: {
        summary: 'Do not keep what machines send that no rule names',
        description: 'Their messages are acknowledged, counted and dropped. What is held of them stays.',
        body: Matching,
        response: answers('what is ignored', Type.Object({ match: Type.String() })),
      },
    },
    async (request) => {
      const { match } = request.body;
      await refusals(() => onboarding.ignore(match, whoOf(request)));
      log.info({ match, ...whoOf(request) }, 'machines: ignored from now on');
      return { match };
    },
  );
  app.get(
    '/api/machines/declared',
    {
      schema: {
        summary: 'Machines and patterns that people have accepted or said to ignore',
        response: answers('the rules', Type.Object({ rules: Type.Array(Rule) })),
      },
    },
    async () => ({ rules: await onboarding.declared() }),
  );
  const Undone = Type.Object({ isKnown: Type.Boolean(), machines: Type.Array(Type.String()) });
  app.delete<{ Body: Matching }>(
    '/api/machines/declared',
    {
      schema: {
        summary: 'Take back what was accepted or ignored',
        description:
          'Machines that were known by it alone are forgotten here, as if they were retired; their readings stay.',
        body: Matching,
        response: answers('whether there was such a rule, and its machines', Undone),
      },
    },
    async (request) => {
      const { match } = request.body;
      const outcome = await refusals(() => onboarding.undo(match, whoOf(request)));
      log.info({ match, ...whoOf(request), ...outcome }, 'machines: a rule was taken back');
      return outcome;
    },
  );
}

function whoOf({ body, ip }: FastifyRequest<{ Body: { by?: string; note?: string } }>): WhoAsks {
  return { by: body.by ?? ip, address: ip, ...(body.note !== undefined && { note: body.note }) };
}

const statuses: Readonly<Record<string, number>> = {
  ONBOARDING_MATCH: 400,
  ONBOARDING_TYPE: 400,
  ONBOARDING_CONFIGURED: 409,
  ONBOARDING_KNOWN: 409,
  ONBOARDING_TOO_MANY: 409,
};

async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = error instanceof HarbingerError ? statuses[error.code] : undefined;
    if (status === undefined) throw error;
    throw new HttpError(status, (error as HarbingerError).code, (error as HarbingerError).message);
  }
}
