/** What the lists of kept things (dead letters, refused batches) have in common: paging by id, and changes by hand. */
import { type Static, type TObject, Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { selectionOf } from '../../shared/http/selection.ts';
import type { Log } from '../../shared/runtime/log.ts';

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const ListQuery = Type.Object(
  { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 50 }), beforeId: Type.Optional(Id) },
  { additionalProperties: false },
);
export const ShowParams = Type.Object({ id: Id });
export const Selection = Type.Object(
  {
    ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    all: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);

export type ListQuery = Static<typeof ListQuery>;
export type ShowParams = Static<typeof ShowParams>;
export type Selection = Static<typeof Selection>;

export const selectionHint = 'Either {"ids": [...]} or {"all": true}.';

export function pageOf<T extends TObject>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    nextBeforeId: Type.Union([Type.Integer(), Type.Null()], {
      description: 'pass as `beforeId`; null at the end',
    }),
  });
}

export function nextBeforeId(items: readonly { id: number }[], { limit }: ListQuery): number | null {
  return items.length === limit ? items.at(-1)!.id : null;
}

/** Runs changes that a person requested, and logs who requested them and the outcome. */
export function loggedChanges(log: Log, what: string) {
  return async <T extends object>(
    request: FastifyRequest<{ Body: Selection }>,
    verb: string,
    work: (which: number[] | 'all') => Promise<T>,
  ): Promise<T> => {
    const which = selectionOf('ids', request.body.ids, request.body.all);
    const about = { verb, which: String(which).slice(0, 500), address: request.ip };
    log.info(about, `${what}: a change was requested`);
    const outcome = await work(which);
    const done: object = { ...about, ...outcome };
    log.info(done, `${what}: the change is done`);
    return outcome;
  };
}
