import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { selectionOf } from '../../../shared/http/selection.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { ColumnAdmin, ReadingStore } from '../../ports/store.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';

const Name = Type.String({ minLength: 1, maxLength: 256 });
const Creator = Type.Object({ gateway: Type.String(), site: Type.String(), machine: Type.String() });
const Column = Type.Object({
  measurement: Type.String(),
  name: Type.String({ description: 'its name in SQL' }),
  key: Type.String({ description: 'the name of the field or tag' }),
  kind: Type.Union([Type.Literal('field'), Type.Literal('tag')]),
  type: Type.String(),
  creator: Type.Union([Creator, Type.Null()], {
    description: 'the line for which it was made; null if an earlier version has made it',
  }),
  lastMs: Type.Union([Type.Number(), Type.Null()], {
    description:
      'time of its latest value, ms since 1970; null if it has none, or it would take long to find out',
  }),
});
const Columns = Type.Object({ columns: Type.Array(Column) });
const Selection = Type.Object(
  {
    measurement: Name,
    names: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    all: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);
const Freed = Type.Object({
  freed: Type.Array(Type.String()),
  left: Type.Array(Type.String(), {
    description: 'not reached within the time limit of a request: repeat it',
  }),
});

type ColumnContext = Pick<RouteContext, 'store' | 'audit' | 'clock'>;

export function columnRoutes(app: FastifyInstance, context: ColumnContext): void {
  app.get(
    '/api/columns',
    {
      schema: {
        summary: 'Columns of the embedded store, with who caused them',
        response: answers('all columns', Columns),
      },
    },
    async () => ({ columns: await adminOf(context.store).list() }),
  );

  app.post<{ Body: Static<typeof Selection> }>(
    '/api/columns/free',
    {
      schema: {
        summary: 'Free columns of the embedded store: their values move to the table of other fields',
        description:
          'With `all`, the measurement loses its table. Storing waits meanwhile. The request and its outcome are recorded in /api/audit.',
        body: Selection,
        response: answers('the names that are free', Freed),
      },
    },
    (request) => {
      const { measurement, names, all } = request.body;
      const which = selectionOf('names', names, all);
      const about = { action: 'columns.free', subject: `${measurement}: ${which}` };
      return audited(context, request, about, () => free(adminOf(context.store), measurement, which));
    },
  );
}

function adminOf({ columns, kind }: ReadingStore): ColumnAdmin {
  if (columns) return columns;
  const message = `the store '${kind}' has no columns that could be freed here: use its own means`;
  throw new HttpError(501, 'API_COLUMNS_UNAVAILABLE', message);
}

async function free(admin: ColumnAdmin, measurement: string, which: readonly string[] | 'all') {
  try {
    return await admin.free(measurement, which);
  } catch (error) {
    if (codeOf(error) !== 'COLUMN_UNKNOWN') throw error;
    throw new HttpError(404, 'API_COLUMN_UNKNOWN', messageOf(error));
  }
}
