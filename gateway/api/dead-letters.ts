import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetter, RedrivenLetters } from '../ports/dead-letters.ts';
import {
  ListQuery,
  loggedChanges,
  nextBeforeId,
  pageOf,
  Selection,
  ShowParams,
  selectionHint,
} from './kept-items.ts';

/** The operations on dead letters that the HTTP API offers. */
export interface DeadLetterAdmin {
  /** Newest first, at most `limit`, older than `beforeId`. */
  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  show(id: number): Promise<DeadLetter | null>;
  redrive(which: number[] | 'all'): Promise<RedrivenLetters>;
  drop(which: number[] | 'all'): Promise<{ dropped: number }>;
}

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
const Letters = pageOf(Letter);
const Redriven = Type.Object({
  redriven: Type.Integer({ description: 'letters that went through the pipeline again' }),
  failedAgain: Type.Integer({ description: 'new letters that these became' }),
  unknown: Type.Array(Type.Integer(), { description: 'ids of which there is no letter' }),
});

function wireForm(letter: DeadLetter) {
  const { atMs, payload, ...rest } = letter;
  return { ...rest, at: new Date(atMs).toISOString(), payload: Buffer.from(payload).toString('base64') };
}

/** `GET /api/deadletters` (paged by `beforeId`), `GET …/{id}`, `POST …/redrive`, `DELETE` with `{ids}` or `{all: true}`. */
export function deadLetterRoutes(app: FastifyInstance, letters: DeadLetterAdmin, log: Log): void {
  const change = loggedChanges(log, 'dead letters');
  app.get<{ Querystring: ListQuery }>(
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
      return { items: items.map(wireForm), nextBeforeId: nextBeforeId(items, query) };
    },
  );
  app.get<{ Params: ShowParams }>(
    '/api/deadletters/:id',
    { schema: { summary: 'One letter', params: ShowParams, response: answers('the letter', Letter) } },
    async ({ params }) => {
      const letter = await letters.show(params.id);
      if (!letter) throw new HttpError(404, 'API_NOT_FOUND', `there is no dead letter ${params.id}`);
      return wireForm(letter);
    },
  );
  app.post<{ Body: Selection }>(
    '/api/deadletters/redrive',
    {
      schema: {
        summary: 'Send letters through the pipeline again; those that fail again become new letters',
        description: selectionHint,
        body: Selection,
        response: answers('how many', Redriven),
      },
    },
    (request) => change(request, 'redrive', (which) => letters.redrive(which)),
  );
  app.delete<{ Body: Selection }>(
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
