/**
 * Routes of the lists that the gateway keeps for people: dead letters and refused batches. Both are read a page at a
 * time, and their items are sent again or dropped by hand.
 */
import { type Static, type TObject, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import { selectionOf, selectionSchema } from '../../shared/http/selection.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { KeptItems } from '../ports/kept-items.ts';

export interface KeptItemRoutes<Item, Shown> {
  /** The path of the list, such as `/api/deadletters`. */
  path: string;
  /** The name of one item and of several, for log lines and errors. */
  item: string;
  items: string;
  schemas: { item: TObject; shown: TObject; redriven: TObject };
  /** The form in which an item is answered in a list, and alone. */
  listed(item: Item): object;
  shown(shown: Shown): object;
  /** For the description of the API. */
  texts: { list: string; show: string; shown: string; redrive: string; drop: string };
}

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const ListQuery = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 50 }), beforeId: Type.Optional(Id) },
  { additionalProperties: false },
);
const ShowParams = Type.Object({ id: Id });
const Selection = selectionSchema('ids', Id);
type Selection = Static<typeof Selection>;

const selectionHint = 'Either {"ids": [...]} or {"all": true}.';

function pageOf<T extends TObject>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    nextBeforeId: Type.Union([Type.Integer(), Type.Null()], {
      description: 'pass as `beforeId`; null at the end',
    }),
  });
}

/** `GET {path}` (paged by `beforeId`), `GET …/{id}`, `POST …/redrive`, `DELETE {path}` with `{ids}` or `{all: true}`. */
export function keptItemRoutes<Item extends { id: number }, Shown, Redriven extends object>(
  app: FastifyInstance,
  kept: KeptItems<Item, Shown, Redriven>,
  routes: KeptItemRoutes<Item, Shown>,
  log: Log,
): void {
  const { path, items, schemas, texts } = routes;
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    path,
    {
      schema: {
        summary: texts.list,
        querystring: ListQuery,
        response: answers('a page, newest first', pageOf(schemas.item)),
      },
    },
    async ({ query }) => {
      const found = await kept.list(query);
      const lastId = found.at(-1)?.id ?? 0;
      const hasMore = lastId > 0 && (await kept.list({ limit: 1, beforeId: lastId })).length > 0;
      const nextBeforeId = hasMore ? lastId : null;
      return { items: found.map(routes.listed), nextBeforeId };
    },
  );
  app.get<{ Params: Static<typeof ShowParams> }>(
    `${path}/:id`,
    { schema: { summary: texts.show, params: ShowParams, response: answers(texts.shown, schemas.shown) } },
    async ({ params }) => {
      const found = await kept.show(params.id);
      if (!found) throw new HttpError(404, 'API_NOT_FOUND', `there is no ${routes.item} ${params.id}`);
      return routes.shown(found);
    },
  );
  const changeSchema = (summary: string, outcome: TObject) => ({
    schema: {
      summary,
      description: selectionHint,
      body: Selection,
      response: answers('how many', outcome),
    },
  });
  app.post<{ Body: Selection }>(`${path}/redrive`, changeSchema(texts.redrive, schemas.redriven), (request) =>
    loggedChange(request, { items, verb: 'redrive', log }, (which) => kept.redrive(which)),
  );
  app.delete<{ Body: Selection }>(
    path,
    changeSchema(texts.drop, Type.Object({ dropped: Type.Integer() })),
    (request) => loggedChange(request, { items, verb: 'drop', log }, (which) => kept.drop(which)),
  );
}

/** Runs a change that a person requested, and logs who requested it and the outcome. */
async function loggedChange<T extends object>(
  { body, ip }: FastifyRequest<{ Body: Selection }>,
  { items, verb, log }: { items: string; verb: string; log: Log },
  work: (which: number[] | 'all') => Promise<T>,
): Promise<T> {
  const which = selectionOf('ids', body.ids, body.all);
  const about = { verb, which: String(which).slice(0, 500), address: ip };
  log.info(about, `${items}: a change was requested`);
  const outcome = await work(which);
  const done: object = { ...about, ...outcome };
  log.info(done, `${items}: the change is done`);
  return outcome;
}
