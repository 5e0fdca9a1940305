import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { RefusedEntry, RefusedOperations } from '../ports/refused-batches.ts';
import { keptItemRoutes } from './kept-items.ts';

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

/** The routes below `/api/refused`. */
export function refusedRoutes(app: FastifyInstance, refused: RefusedOperations, log: Log): void {
  const routes = {
    path: '/api/refused',
    item: 'refused batch',
    items: 'refused batches',
    schemas: { item: Batch, shown: ShownBatch, redriven: Outcome },
    listed: wireForm,
    shown: ({ entry, text }: { entry: RefusedEntry; text: string }) => ({ ...wireForm(entry), text }),
    texts: {
      list: 'Batches that the cloud refused for too long, and why',
      show: 'One batch',
      shown: 'the batch with its lines',
      redrive: 'Send batches to the cloud again; those that it refuses again are kept',
      drop: 'Forget batches for good',
    },
  };
  const redrive = (which: number[] | 'all') => refused.redrive(which).catch(conflict);
  keptItemRoutes(app, { ...refused, redrive }, routes, log);
}
