import { type TSchema, Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaCheck } from './check.ts';
import { comparedWithAjv } from './values.testing.ts';

const scalar = fc.oneof(
  fc.record({ type: fc.constantFrom('number', 'integer') }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ type: fc.constant('number'), exclusiveMinimum: fc.constant(0), maximum: fc.constant(9) }),
  fc.record({ type: fc.constant('number'), exclusiveMaximum: fc.constant(1) }),
  fc.record({
    type: fc.constant('string'),
    minLength: fc.constantFrom(0, 1, 2),
    maxLength: fc.constantFrom(2, 3),
  }),
  fc.record({ type: fc.constant('string'), pattern: fc.constantFrom('^[a-z]+$', '^\\p{L}*$', '/') }),
  fc.record({ const: fc.constantFrom<unknown>('a', 1, true, null) }),
  fc.record({ enum: fc.constant(['a', 1, false]) }),
  fc.constant({ type: 'boolean', default: true }),
  fc.constant({ type: 'number', default: 7 }),
  fc.constant({ type: 'null' }),
  fc.constant({ minimum: 3 }),
  fc.constant({ minLength: 2 }),
  fc.constant({}),
);

const schemas = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.record({
      type: fc.constant('array'),
      items: tie('schema'),
      minItems: fc.nat(1),
      maxItems: fc.constant(2),
    }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'x'), tie('schema')),
        required: fc.uniqueArray(fc.constantFrom('a', 'b')),
        patternProperties: fc.dictionary(fc.constantFrom('^X-', ' '), tie('schema'), { maxKeys: 1 }),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
        default: fc.constant({}),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
})).schema as fc.Arbitrary<TSchema>;

describe('schemaCheck', () => {
  it('accepts what Ajv accepts, with the same defaults, for any schema of its keywords', () => {
    let valid = 0;
    fc.assert(
      fc.property(schemas, (schema) => {
        valid += comparedWithAjv(schema, 15);
      }),
      { numRuns: 60 },
    );
    expect(valid).toBeGreaterThan(50);
  });

  it('tells kinds apart by their discriminator, and fills in their defaults', () => {
    const kind = (name: string, properties: Record<string, TSchema>) =>
      Type.Object({ kind: Type.Literal(name), ...properties }, { additionalProperties: false });
    const of = [
      kind('one', { size: Type.Integer({ default: 3 }) }),
      kind('two', { inner: Type.Object({ deep: Type.String({ default: 'x' }) }, { default: {} }) }),
    ];
    const union = Type.Unsafe({ type: 'object', discriminator: { propertyName: 'kind' }, oneOf: of });
    expect(comparedWithAjv(union)).toBeGreaterThan(50);
    const value = { kind: 'two' };
    expect(schemaCheck(union)(value)).toBe(true);
    expect(value).toEqual({ kind: 'two', inner: { deep: 'x' } });
    expect(schemaCheck(union)({ kind: 'three' })).toBe(false);
    expect(schemaCheck(union)({ kind: 1 })).toBe(false);
  });

  it('shares no default between two values', () => {
    const check = schemaCheck(Type.Object({ list: Type.Array(Type.String(), { default: [] }) }));
    const [first, second]: { list?: string[] }[] = [{}, {}];
    check(first);
    first!.list!.push('x');
    check(second);
    expect(second).toEqual({ list: [] });
  });

  it('leaves a schema with another keyword to Ajv', () => {
    const check = schemaCheck(Type.Array(Type.Number(), { uniqueItems: true }));
    expect(check([1, 2])).toBe(true);
    expect(check([1, 1])).toBe(false);
  });
});
