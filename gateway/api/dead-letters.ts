import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import { selectionOf } from '../../shared/http/selection.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';

/** The operations on dead letters that the HTTP API offers. */
export interface DeadLetterAdmin {
  /** Newest first, at most `limit`, older than `beforeId`. */
  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  show(id: number): Promise<DeadLetter | null>;
  redrive(which: number[] | 'all'): Promise<{ redriven: number }>;
  drop(which: number[] | 'all'): Promise<{ dropped: number }>;
}

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const ListQuery = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 50 }), beforeId: Type.Optional(Id) },
  { additionalProperties: false },
);
const ShowParams = Type.Object({ id: Id });
const Selection = Type.Object(
  {
    ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    all: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);

const Letter = Type.Object({
  id: Type.Integer(),
  at: Type.String({ description: 'ISO 8601' }),
  topic: Type.String(),
  client: Type.String({ description: 'MQTT client id, or the serial port' }),
  stage: Type.String(),
  code: Type.String(),
  reason: Type.String(),
  payload: Type.String({ contentEncoding: 'base64', description: 'its first 64 KiB' }),
});
const Letters = Type.Object({
  items: Type.Array(Letter),
  nextBeforeId: Type.Union([Type.Integer(), Type.Null()], {
    description: 'pass as `beforeId`; null at the end',
  }),
});
const selectionHint = 'Either {"ids": [...]} or {"all": true}.';

function wireForm(letter: DeadLetter) {
  const { atMs, payload, ...rest } = letter;
  return { ...rest, at: new Date(atMs).toISOString(), payload: Buffer.from(payload).toString('base64') };
}

/** `GET /api/deadletters` (paged by `beforeId`), `GET …/{id}`, `POST …/redrive`, `DELETE` with `{ids}` or `{all: true}`. */
export function deadLetterRoutes(app: FastifyInstance, letters: DeadLetterAdmin, log: Log): void {
  /** Runs a change that a person requested, and logs who requested it and the outcome. */
  const change = async <T extends Record<string, number>>(
    request: FastifyRequest<{ Body: Static<typeof Selection> }>,
    verb: string,
    work: (which: number[] | 'all') => Promise<T>,
  ): Promise<T> => {
    const which = selectionOf('ids', request.body.ids, request.body.all);
    const about = { verb, which: String(which).slice(0, 500), address: request.ip };
    log.info(about, 'dead letters: a change was requested');
    const outcome = await work(which);
    const done: Record<string, string | number> = { ...about, ...outcome };
    log.info(done, 'dead letters: the change is done');
    return outcome;
  };
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/api/deadletters',
    {
      schema: {
        summary: 'Messages that could not become readings, with the reasons',
        querystring: ListQuery,
        response: answers('a page, newest first', Letters),
      },
    },
    async ({ query }) => {
      const items = await letters.list(query);
      const next = items.length === query.limit ? items.at(-1)!.id : null;
      return { items: items.map(wireForm), nextBeforeId: next };
    },
  );
  app.get<{ Params: Static<typeof ShowParams> }>(
    '/api/deadletters/:id',
    { schema: { summary: 'One letter', params: ShowParams, response: answers('the letter', Letter) } },
    async ({ params }) => {
      const letter = await letters.show(params.id);
      if (!letter) throw new HttpError(404, 'API_NOT_FOUND', `there is no dead letter ${params.id}`);
      return wireForm(letter);
    },
  );
  app.post<{ Body: Static<typeof Selection> }>(
    '/api/deadletters/redrive',
    {
      schema: {
        summary: 'Send letters through the pipeline again; those that fail again become new letters',
        description: selectionHint,
        body: Selection,
        response: answers('how many', Type.Object({ redriven: Type.Integer() })),
      },
    },
    (request) => change(request, 'redrive', (which) => letters.redrive(which)),
  );
  app.delete<{ Body: Static<typeof Selection> }>(
    '/api/deadletters',
    {
      schema: {
        summary: 'Drop letters for good',
        description: selectionHint,
        body: Selection,
        response: answers('how many', Type.Object({ dropped: Type.Integer() })),
      },
    },
    (request) => change(request, 'drop', (which) => letters.drop(which)),
  );
}
