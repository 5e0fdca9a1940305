/** Values for tests of schemas: mostly as a schema wants them, with deviations of every kind. */
import type { TSchema } from '@sinclair/typebox';
import fc, { type Arbitrary } from 'fast-check';
import { expect } from 'vitest';
import { schemaCheck } from './check.ts';
import { firstSchemaErrors } from './errors.ts';

/** Compares verdict and filled defaults with those of Ajv, for values near the schema. Returns how many were valid. */
export function comparedWithAjv(schema: TSchema, numRuns = 300): number {
  const check = schemaCheck(schema);
  let valid = 0;
  const compare = (value: unknown) => {
    const [own, reference] = [structuredClone(value), structuredClone(value)];
    const isValid = firstSchemaErrors(schema, reference).length === 0;
    expect(check(own)).toBe(isValid);
    if (!isValid) return;
    expect(own).toEqual(reference);
    valid++;
  };
  fc.assert(fc.property(valuesNear(schema), compare), { numRuns });
  return valid;
}

/** Values that some schema refuses at some place. */
const strange: Arbitrary<unknown> = fc.constantFrom<unknown>(
  ...[null, true, false, '', 'x', '😀', 'a/b', -1, 0, 0.5, 1, 1e9, Number.NaN, Number.POSITIVE_INFINITY],
  ...[[], {}, [1], [''], { x: 1 }, undefined],
);

/** Mostly values that fit the schema; each part of them may be a strange one instead. */
function valuesNear(schema: TSchema): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant(null).chain(() => fitting(schema)) },
    {
      weight: 1,
      arbitrary: strange,
    },
  );
}

function fitting(schema: TSchema): Arbitrary<unknown> {
  const { allOf, anyOf, oneOf, items, type } = schema;
  const unions = (anyOf ?? oneOf) as TSchema[] | undefined;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (unions) return fc.oneof(...unions.map(valuesNear));
  if (allOf) return fc.tuple(...(allOf as TSchema[]).map(valuesNear)).map(merged);
  if (type === 'array') return fc.array(items ? valuesNear(items) : strange, { maxLength: 3 });
  if (type === 'object') return objects(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'number' || type === 'integer') return numbers(schema);
  return fc.oneof(strings(schema), strange);
}

function merged(parts: unknown[]): unknown {
  return parts.every((part) => typeof part === 'object') ? Object.assign({}, ...parts) : parts[0];
}

function objects({ properties = {}, patternProperties = {} }: TSchema): Arbitrary<unknown> {
  const known = Object.entries(properties as Record<string, TSchema>).map(
    ([name, property]) => [name, fc.option(valuesNear(property), { freq: 8, nil: undefined })] as const,
  );
  const others = [strange, ...Object.values(patternProperties as Record<string, TSchema>).map(valuesNear)];
  const more = fc.dictionary(fc.constantFrom('x', 'name', 'X-Header', 'a b'), fc.oneof(...others), {
    maxKeys: 2,
  });
  const extra = fc.option(more, { freq: 3, nil: {} });
  return fc.tuple(fc.record(Object.fromEntries(known)), extra).map(([own, rest]) => {
    const given = Object.entries({ ...rest, ...own }).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
  });
}

function numbers({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: TSchema): Arbitrary<unknown> {
  const limits = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].filter((each) => each !== undefined);
  const near = limits.flatMap((limit: number) => [limit - 1, limit, limit + 1, limit + 0.5]);
  return fc.oneof(fc.constantFrom(...near, 1, 7), fc.integer(), fc.double());
}

function strings({ minLength = 0, maxLength = 20, pattern, examples }: TSchema): Arbitrary<unknown> {
  const lengths = [minLength - 1, minLength, maxLength, maxLength + 1].filter((n) => n >= 0 && n < 1_000);
  const texts = fc
    .constantFrom('a', '😀')
    .chain((each) => fc.constantFrom(...lengths.map((n) => each.repeat(n))));
  const samples = ((examples ?? []) as unknown[]).map((each) => fc.constant(each));
  // Patterns of the product's schemas are simple enough for this.
  return fc.oneof(
    ...samples,
    texts,
    pattern === undefined ? fc.string() : fc.stringMatching(new RegExp(pattern)),
  );
}
