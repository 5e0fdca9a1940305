import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { RouteContext } from '../context.ts';

const runningMax = 4;

const Body = Type.Object(
  {
    sql: Type.String({ minLength: 1, maxLength: 20_000 }),
    rowsMax: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 }),
    timeoutMs: Type.Integer({ minimum: 100, maximum: 30_000, default: 10_000 }),
  },
  { additionalProperties: false },
);

const Answer = Type.Object({
  columns: Type.Array(Type.String()),
  rows: Type.Array(Type.Array(Type.Unknown())),
  truncated: Type.Boolean({ description: 'there were more rows than `rowsMax`' }),
});

export function queryRoutes(app: FastifyInstance, { store }: Pick<RouteContext, 'store'>): void {
  let running = 0;
  app.post<{ Body: Static<typeof Body> }>(
    '/api/query',
    {
      config: { onlyReads: true },
      schema: {
        summary: 'Read-only SQL, if the store supports it',
        body: Body,
        response: answers('the rows', Answer),
      },
    },
    async (request, reply) => {
      if (!store.sql) {
        throw new HttpError(
          501,
          'API_SQL_UNAVAILABLE',
          `the store '${store.kind}' has no SQL here: use its own query language, or /api/readings`,
        );
      }
      if (running >= runningMax) {
        throw new HttpError(503, 'API_BUSY', `${runningMax} queries are running; try again shortly`);
      }
      running++;
      const gone = new AbortController();
      const abandon = () => gone.abort();
      reply.raw.once('close', abandon);
      try {
        const { columns, rows, truncated } = await store.sql({ ...request.body, signal: gone.signal });
        return { columns, rows: rows.map((row) => row.map(jsonValue)), truncated };
      } catch (error) {
        throw refusalOf(error);
      } finally {
        reply.raw.off('close', abandon);
        running--;
      }
    },
  );
}

/** A query that the store refuses or cannot finish in time is the caller's error; a store that is down or busy is not. */
function refusalOf(error: unknown): unknown {
  const refused = error instanceof HarbingerError && !error.retry && error.stage === 'store';
  return refused ? new HttpError(400, error.code, error.message) : error;
}

/** Turns whole numbers beyond 2^53 into text, so that no digit is lost. */
function jsonValue(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return BigInt.asIntN(54, value) === value ? Number(value) : String(value);
}
