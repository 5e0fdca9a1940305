import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { RetentionAdmin } from '../../ports/retention/retention.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';

const Count = Type.Integer({ minimum: 0 });
const Nullable = <T extends ReturnType<typeof Type.Object | typeof Type.Number>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const Report = Type.Object({
  atMs: Type.Number({ description: 'ms since 1970' }),
  durationMs: Type.Number(),
  isDryRun: Type.Boolean({ description: 'nothing was changed: the numbers are what would be' }),
  isComplete: Type.Boolean({ description: 'false: the next pass goes on with what was not reached' }),
  returnedBytes: Type.Number({ description: 'what the store takes less on the disk' }),
  measurements: Type.Array(
    Type.Object({
      measurement: Type.String(),
      deleted: Type.Integer({ minimum: 0, description: 'readings, because of their age' }),
      deletedForSpace: Type.Integer({ minimum: 0, description: 'readings, because of the bound' }),
      thinned: Type.Integer({ minimum: 0, description: 'readings that were replaced by means' }),
      means: Count,
    }),
  ),
  records: Type.Optional(
    Type.Array(Type.Object({ kind: Type.String(), deleted: Count }), {
      description: 'records of the cloud that were too old, by kind, as in [operations]',
    }),
  ),
  notes: Type.Array(Type.String()),
});

const State = Type.Object({
  isSupported: Type.Boolean({ description: 'false if this kind of store cannot delete what is old' }),
  clockWaitsMs: Type.Number({
    description: 'for how long the clock has still to be the same before anything is deleted by age',
  }),
  space: Nullable(
    Type.Object({
      usedBytes: Type.Number({ description: 'what the readings take' }),
      diskBytes: Type.Number({ description: 'what the store takes on the disk' }),
      diskSizeBytes: Type.Number({ description: 'the size of that disk' }),
    }),
  ),
  boundBytes: Nullable(Type.Number()),
  whenFull: Type.String(),
  daysToBound: Nullable(Type.Number({ description: 'at the present rate; null if the store does not grow' })),
  last: Nullable(Report),
});

const Options = Type.Object({ dryRun: Type.Boolean({ default: false }) }, { additionalProperties: false });

type RetentionContext = Pick<RouteContext, 'retention' | 'audit' | 'clock'>;

export function retentionRoutes(app: FastifyInstance, context: RetentionContext): void {
  app.get(
    '/api/retention',
    {
      schema: {
        summary: 'How much is stored, what was deleted last, and when the bound is reached',
        response: answers('the state of retention', State),
      },
    },
    () => adminOf(context).state(),
  );

  app.post<{ Body: Static<typeof Options> }>(
    '/api/retention/run',
    {
      schema: {
        summary: 'Delete and thin now what is old by the rules of the configuration',
        description:
          'It ends after half a minute at the latest; `isComplete` says whether it has done everything. With `dryRun` it only counts. The request and its outcome are recorded in /api/audit.',
        body: Options,
        response: answers('what was done', Report),
      },
    },
    (request) => {
      const { dryRun } = request.body;
      const about = { action: 'retention.run', subject: dryRun ? 'dry run' : 'all' };
      return audited(context, request, about, () => adminOf(context).pass({ isDryRun: dryRun }));
    },
  );
}

function adminOf({ retention }: RetentionContext): RetentionAdmin {
  if (retention) return retention;
  throw new HttpError(501, 'API_RETENTION_UNAVAILABLE', 'this cloud has no job that deletes what is old');
}
