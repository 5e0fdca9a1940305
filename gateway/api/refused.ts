import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Redriven, RefusedEntry } from '../ports/refused.ts';
import {
  ListQuery,
  loggedChanges,
  nextBeforeId,
  pageOf,
  Selection,
  ShowParams,
  selectionHint,
} from './kept-items.ts';

/** What the HTTP API needs of the refused batches. */
export interface RefusedAdmin {
  /** Newest first, at most `limit`, older than `beforeId`. */
  list(query: { limit: number; beforeId?: number }): Promise<RefusedEntry[]>;
  show(id: number): Promise<{ entry: RefusedEntry; text: string } | null>;
  redrive(which: number[] | 'all'): Promise<Redriven>;
  drop(which: number[] | 'all'): Promise<{ dropped: number }>;
}

const entry = {
  id: Type.Integer(),
  at: Type.String({ description: 'ISO 8601; when it was set aside' }),
  lane: Type.String(),
  code: Type.String({ description: 'the cloud’s reason' }),
  reason: Type.String(),
  journal: Type.String(),
  firstSeq: Type.Integer(),
  lastSeq: Type.Integer(),
  lines: Type.Integer(),
  bytes: Type.Integer({ description: 'length of the frame' }),
};
const Batch = Type.Object(entry);
const ShownBatch = Type.Object({
  ...entry,
  text: Type.String({ description: 'the first 64 KiB of its lines' }),
});
const Outcome = Type.Object({
  redriven: Type.Integer(),
  kept: Type.Integer({ description: 'refused again' }),
  left: Type.Integer({ description: 'not reached in the time of one request: ask again' }),
  reasons: Type.Array(Type.String()),
});

/** Asking again would not help, e.g. without a cloud. */
function conflict(error: unknown): never {
  const isFinal = error instanceof HarbingerError && !error.retry;
  throw isFinal ? new HttpError(409, error.code, error.message) : error;
}

function wireForm({ atMs, ...rest }: RefusedEntry) {
  return { ...rest, at: new Date(atMs).toISOString() };
}

/** `GET /api/refused` (paged by `beforeId`), `GET …/{id}`, `POST …/redrive`, `DELETE` with `{ids}` or `{all: true}`. */
export function refusedRoutes(app: FastifyInstance, refused: RefusedAdmin, log: Log): void {
  const change = loggedChanges(log, 'refused batches');
  app.get<{ Querystring: ListQuery }>(
    '/api/refused',
    {
      schema: {
        summary: 'Batches that the cloud refused for too long, and why',
        querystring: ListQuery,
        response: answers('a page, newest first', pageOf(Batch)),
      },
    },
    async ({ query }) => {
      const items = await refused.list(query);
      return { items: items.map(wireForm), nextBeforeId: nextBeforeId(items, query) };
    },
  );
  app.get<{ Params: ShowParams }>(
    '/api/refused/:id',
    {
      schema: {
        summary: 'One batch',
        params: ShowParams,
        response: answers('the batch with its lines', ShownBatch),
      },
    },
    async ({ params }) => {
      const found = await refused.show(params.id);
      if (!found) throw new HttpError(404, 'API_NOT_FOUND', `there is no refused batch ${params.id}`);
      return { ...wireForm(found.entry), text: found.text };
    },
  );
  app.post<{ Body: Selection }>(
    '/api/refused/redrive',
    {
      schema: {
        summary: 'Send batches to the cloud again; those that it refuses again are kept',
        description: selectionHint,
        body: Selection,
        response: answers('how many', Outcome),
      },
    },
    (request) => change(request, 'redrive', (which) => refused.redrive(which).catch(conflict)),
  );
  app.delete<{ Body: Selection }>(
    '/api/refused',
    {
      schema: {
        summary: 'Forget batches for good',
        description: selectionHint,
        body: Selection,
        response: answers('how many', Type.Object({ dropped: Type.Integer() })),
      },
    },
    (request) => change(request, 'drop', (which) => refused.drop(which)),
  );
}
