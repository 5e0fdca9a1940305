/**
 * Builds configuration schemas from a registry. All casts are here: TypeBox builds the schemas at run time, while the
 * types are computed from the list of parts.
 */
import { type TArray, type TObject, type TProperties, Type } from '@sinclair/typebox';
import type { AnyPart } from './part.ts';

type Parts = readonly AnyPart[];
type PartOfKind<P extends Parts, K extends P[number]['kind']> = Extract<P[number], { kind: K }>;

function byKind(parts: Parts, schemaOf: (part: AnyPart) => TObject | TArray): TProperties {
  return Object.fromEntries(parts.map((part) => [part.kind, schemaOf(part)]));
}

/** Schema of `[[alerts.webhook]]` and its like: up to `countMax` parts of each kind, in a table of lists. */
export function lists<const P extends Parts>(parts: P, countMax = 50) {
  return Type.Object(
    byKind(parts, ({ config, about }) =>
      Type.Array(config, { default: [], maxItems: countMax, description: about }),
    ),
    { additionalProperties: false, default: {} },
  ) as unknown as TObject<{ [K in P[number]['kind']]: TArray<PartOfKind<P, K>['config']> }>;
}

/**
 * Schema of `[broker]`, `[serial]` and their like: one table for each kind, to be spread into the surrounding table.
 */
export function tables<const P extends Parts>(parts: P) {
  return byKind(parts, ({ config, about }) => ({
    default: {},
    description: about,
    ...config,
  })) as unknown as {
    [K in P[number]['kind']]: PartOfKind<P, K>['config'];
  };
}

/**
 * Schema of one of several kinds, distinguished by `key` (`store.kind`, `routes[].format`), with the properties that
 * all share. Ajv fills in defaults and reports a single error only for `oneOf` with a discriminator, which requires the
 * key: if it is optional, the caller must fill it in before validating.
 */
export function choice<
  const Key extends string,
  const P extends Parts,
  C extends TProperties = Record<never, never>,
>(key: Key, parts: P, shared: C = {} as C, description?: string) {
  const alternatives = parts.map(({ kind, about, config }) =>
    Type.Object(
      { [key]: Type.Literal(kind, { description: about }), ...shared, ...config.properties },
      { additionalProperties: false, title: kind, description: about },
    ),
  );
  return Type.Unsafe<Choice<Key, P, C>>({
    type: 'object',
    discriminator: { propertyName: key },
    required: [key],
    oneOf: alternatives,
    ...(description !== undefined && { description }),
  });
}

type Choice<Key extends string, P extends Parts, C extends TProperties> = {
  [K in P[number]['kind']]: { [N in Key]: K } & TObject<C>['static'] & PartOfKind<P, K>['config']['static'];
}[P[number]['kind']];
