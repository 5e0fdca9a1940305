import { type TSchema, Type } from '@sinclair/typebox';
import { HttpError } from './errors.ts';

/** The body of a request that changes some items, by their names, or all: `{[name]: [...]}` or `{all: true}`. */
export function selectionSchema<const K extends string, T extends TSchema>(name: K, item: T) {
  const listed = Type.Optional(Type.Array(item, { minItems: 1, maxItems: 1_000, uniqueItems: true }));
  const properties = { [name]: listed } as Record<K, typeof listed>;
  return Type.Object(
    { ...properties, all: Type.Optional(Type.Literal(true)) },
    { additionalProperties: false },
  );
}

/** Reads a selection: some, by their names, or all. A missing list never means all. @throws HttpError 400 */
export function selectionOf<K>(name: string, listed: K[] | undefined, all: true | undefined): K[] | 'all' {
  if (listed && !all) return listed;
  if (all && !listed) return 'all';
  throw new HttpError(400, 'API_INPUT', `body must be either {"${name}": [...]} or {"all": true}`);
}
