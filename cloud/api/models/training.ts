import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { TrainingEnded } from '../../../shared/contract/models/training-ended.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { Name, nullable } from '../schemas.ts';

const Proposal = Type.Object({
  machineType: Type.String(),
  model: Type.String({ description: 'the version that judges, name@version' }),
  cause: Type.Union([Type.Literal('contract'), Type.Literal('drift')], {
    description:
      'contract: the type has other sensors; drift: what the model gets is not like what it was trained on',
  }),
  reason: Type.String(),
  canGoOn: Type.Boolean({ description: 'whether the version that judges can go on meanwhile' }),
});
const State = Type.Object({
  isAvailable: Type.Boolean({ description: 'false if this process cannot train' }),
  machineTypes: Type.Array(Type.String(), { description: 'types that are trained by schedule' }),
  running: nullable(Type.Object({ machineType: Type.String(), by: Type.String(), sinceMs: Type.Number() })),
  last: Type.Array(TrainingEnded, { description: 'the latest of each type since the start of the cloud' }),
  proposals: Type.Array(Proposal, { description: 'reasons to train anew' }),
});
const Wanted = Type.Object(
  {
    machineType: Name,
    why: Type.String({ minLength: 1, maxLength: 500 }),
    by: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'who asks for it' })),
  },
  { additionalProperties: false },
);

type Context = Pick<RouteContext, 'training' | 'proposals' | 'audit' | 'clock'>;

const statuses: Readonly<Record<string, number>> = {
  TRAINING_RUNS: 409,
  TRAINING_UNAVAILABLE: 501,
  TYPE_UNKNOWN: 404,
};

/** `GET /api/models/training`, `POST /api/models/training`. */
export function trainingRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    '/api/models/training',
    {
      schema: {
        summary: 'Trainings by what this cloud has stored, and reasons to train anew',
        response: answers('the state', State),
      },
    },
    () => ({ ...adminOf(context).state(), proposals: context.proposals.list() }),
  );
  app.post<{ Body: Static<typeof Wanted> }>(
    '/api/models/training',
    {
      schema: {
        summary: 'Train a model anew by what this cloud has stored',
        description:
          'It only begins: it takes minutes, in a process of its own. How it ended is in the state, in /api/audit, and is the event io.harbinger.training.ended.v1. The request is recorded in /api/audit.',
        body: Wanted,
        response: answers('that it has begun', Type.Object({ begun: Type.Literal(true) })),
      },
    },
    (request) => {
      const { machineType, why, by = request.ip } = request.body;
      const about = { action: 'models.retrain', subject: `${machineType}: ${why} (${by})` };
      return audited(context, request, about, async () => {
        begin(adminOf(context), machineType, { by, why });
        return { begun: true as const };
      });
    },
  );
}

function adminOf({ training }: Context) {
  if (!training) throw new HttpError(404, 'API_NOT_FOUND', 'this cloud has no job that trains models');
  return training;
}

function begin(admin: ReturnType<typeof adminOf>, machineType: string, asked: { by: string; why: string }) {
  try {
    admin.begin(machineType, asked);
  } catch (error) {
    const code = codeOf(error) ?? '';
    const status = statuses[code];
    throw status === undefined ? error : new HttpError(status, code, messageOf(error));
  }
}
