/**
 * Schemas (shared/runtime/schema): recognises values that fit a schema, without generating code. Ajv generates and
 * compiles code for each schema, which is the greater part of what a start takes. So values are accepted here, by
 * functions that are composed in microseconds, and only for one that is not accepted Ajv is loaded, decides, and says
 * what is wrong (errors.ts). Nothing may be accepted here that Ajv refuses, and the same defaults are filled in; a test
 * compares the two. Sentences for people belong to the callers.
 */
import type { TSchema } from '@sinclair/typebox';
import { firstSchemaErrors } from './errors.ts';

/** Fills in the schema's defaults as Ajv does with `useDefaults`, and returns whether the value is valid. */
export type SchemaCheck = (value: unknown) => boolean;

type Values = Record<string, unknown>;
/** `keepsOut` is true within `anyOf`, where no defaults are filled in. */
type Compose = (schema: TSchema, keepsOut: boolean) => SchemaCheck[];

const annotations = new Set(['description', 'title', 'examples', 'default', 'form', 'isPath', 'writeOnly']);

/** Composes the check of a schema. One with a keyword that is unknown here is checked by Ajv. */
export function schemaCheck(schema: TSchema): SchemaCheck {
  return composedCheck(schema) ?? ((value) => firstSchemaErrors(schema, value).length === 0);
}

/** Returns null if the schema has a keyword that is unknown here. */
export function composedCheck(schema: TSchema): SchemaCheck | null {
  try {
    return checkOf(schema, false);
  } catch (error) {
    if (error instanceof UnknownKeyword) return null;
    throw error;
  }
}

class UnknownKeyword extends Error {}

function checkOf(schema: TSchema, keepsOut: boolean): SchemaCheck {
  for (const keyword of Object.keys(schema)) {
    if (!(keyword in keywords) && !annotations.has(keyword)) throw new UnknownKeyword(keyword);
  }
  if (isPlainObject(schema)) return plainObjectCheck(schema, keepsOut);
  if (isPlainNumber(schema)) return plainNumberCheck(schema);
  const checks: SchemaCheck[] = [];
  for (const [keyword, compose] of Object.entries(keywords)) {
    if (schema[keyword] !== undefined) checks.push(...compose(schema, keepsOut));
  }
  return every(checks);
}

const plainKeywords = new Set(['type', 'properties', 'required', 'additionalProperties', ...annotations]);

/** True for an object of named properties, as nearly all messages and their parts are, with or without room for others. */
function isPlainObject(schema: TSchema): boolean {
  const { type, properties, additionalProperties: others } = schema;
  if (type !== 'object' || properties === undefined || typeof others === 'object') return false;
  return Object.keys(schema).every((keyword) => plainKeywords.has(keyword));
}

/** The same as the checks of its keywords, in one pass: as many names as there are known ones means that none is unknown. */
function plainObjectCheck(schema: TSchema, keepsOut: boolean): SchemaCheck {
  const { properties, required, additionalProperties } = schema;
  const needed = new Set<string>((required as readonly string[] | undefined) ?? []);
  const known = Object.entries(properties as Record<string, TSchema>).map(([name, schema]) => ({
    name,
    check: checkOf(schema, keepsOut),
    isNeeded: needed.delete(name),
  }));
  const others = [...needed];
  const isClosed = additionalProperties === false;
  const fill = keepsOut ? null : fillingOf(properties);
  return (value) => {
    if (!isObject(value)) return false;
    fill?.(value);
    let found = 0;
    for (const { name, check, isNeeded } of known) {
      const own = value[name];
      if (own === undefined) {
        if (isNeeded) return false;
        if (Object.hasOwn(value, name)) found++;
      } else if (check(own)) found++;
      else return false;
    }
    for (const name of others) if (value[name] === undefined) return false;
    if (!isClosed) return true;
    for (const _ in value) found--;
    return found === 0;
  };
}

const numberKeywords = new Set(['type', 'minimum', 'maximum', ...annotations]);

/** True for a number within limits, as most numbers in messages are; one without a limit may be NaN. */
function isPlainNumber(schema: TSchema): boolean {
  const { type, minimum, maximum } = schema;
  if (type !== 'number' || (minimum === undefined && maximum === undefined)) return false;
  return Object.keys(schema).every((keyword) => numberKeywords.has(keyword));
}

/** The same as the checks of its keywords, in one. */
function plainNumberCheck(schema: TSchema): SchemaCheck {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  return (value) => typeof value === 'number' && value >= minimum && value <= maximum;
}

function every(checks: readonly SchemaCheck[]): SchemaCheck {
  const [first, second] = checks;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (value) => {
    for (const check of checks) if (!check(value)) return false;
    return true;
  };
}

function some(checks: readonly SchemaCheck[]): SchemaCheck {
  return (value) => {
    for (const check of checks) if (check(value)) return true;
    return false;
  };
}

const types: Record<string, SchemaCheck> = {
  string: (value) => typeof value === 'string',
  // Infinity is a number and a whole one to Ajv; limits refuse it.
  number: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'number' && !(value % 1) && !Number.isNaN(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A keyword concerns values of its own type and accepts all others. */
const ofNumber = (check: (value: number) => boolean): SchemaCheck[] => [
  (value) => typeof value !== 'number' || check(value),
];
const ofString = (check: (value: string) => boolean): SchemaCheck[] => [
  (value) => typeof value !== 'string' || check(value),
];
const ofArray = (check: (value: unknown[]) => boolean): SchemaCheck[] => [
  (value) => !Array.isArray(value) || check(value),
];
const ofObject = (check: (value: Values) => boolean): SchemaCheck[] => [
  (value) => !isObject(value) || check(value),
];

/** In the order in which they are checked: defaults are filled in before `required` and `properties` look. */
const keywords: Record<string, Compose> = {
  type: ({ type }) => [types[type as string] ?? unknown(`type ${String(type)}`)],
  const: (schema) => [equals(schema.const)],
  enum: (schema) => [oneOfValues(schema.enum as unknown[])],
  minimum: ({ minimum }) => ofNumber((value) => value >= minimum),
  maximum: ({ maximum }) => ofNumber((value) => value <= maximum),
  exclusiveMinimum: ({ exclusiveMinimum }) => ofNumber((value) => value > exclusiveMinimum),
  exclusiveMaximum: ({ exclusiveMaximum }) => ofNumber((value) => value < exclusiveMaximum),
  // Lengths count characters, of which some take two places in a string.
  minLength: ({ minLength }) =>
    ofString((value) => value.length >= minLength && (minLength <= 1 || charactersOf(value) >= minLength)),
  maxLength: ({ maxLength }) =>
    ofString((value) => value.length <= maxLength || charactersOf(value) <= maxLength),
  pattern: ({ pattern }) => {
    const regExp = new RegExp(pattern, 'u');
    return ofString((value) => regExp.test(value));
  },
  minItems: ({ minItems }) => ofArray((value) => value.length >= minItems),
  maxItems: ({ maxItems }) => ofArray((value) => value.length <= maxItems),
  items({ items }, keepsOut) {
    if (Array.isArray(items)) return unknown('items that are a list');
    const check = checkOf(items, keepsOut);
    return ofArray((value) => {
      for (const item of value) if (!check(item)) return false;
      return true;
    });
  },
  required: ({ required, properties }, keepsOut) => requiredIn(required, properties ?? {}, keepsOut),
  properties: ({ properties }, keepsOut) => propertiesIn(properties, keepsOut),
  patternProperties({ patternProperties }, keepsOut) {
    const checks = Object.entries(patternProperties as Record<string, TSchema>).map(
      ([pattern, schema]) => [new RegExp(pattern, 'u'), checkOf(schema, keepsOut)] as const,
    );
    return ofObject((value) => {
      for (const name in value)
        for (const [pattern, check] of checks) if (pattern.test(name) && !check(value[name])) return false;
      return true;
    });
  },
  additionalProperties: (schema, keepsOut) => additionalIn(schema, keepsOut),
  allOf: ({ allOf }, keepsOut) => (allOf as TSchema[]).map((schema) => checkOf(schema, keepsOut)),
  anyOf({ anyOf }) {
    const checks = (anyOf as TSchema[]).map((schema) => checkOf(schema, true));
    return [some(checks)];
  },
  oneOf: ({ oneOf, discriminator }, keepsOut) => kindsIn(oneOf, discriminator, keepsOut),
  discriminator: ({ oneOf }) => (oneOf === undefined ? unknown('a discriminator without oneOf') : []),
};

function unknown(what: string): never {
  throw new UnknownKeyword(what);
}

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function equals(constant: unknown): SchemaCheck {
  if (typeof constant === 'object' && constant !== null) return unknown('a constant that is not a scalar');
  return (value) => value === constant;
}

function oneOfValues(values: readonly unknown[]): SchemaCheck {
  return some(values.map(equals));
}

/** Fills in defaults first, because a setting that has one is never missing. */
function requiredIn(
  required: readonly string[],
  properties: Record<string, TSchema>,
  keepsOut: boolean,
): SchemaCheck[] {
  const fill = keepsOut ? null : fillingOf(properties);
  return ofObject((value) => {
    fill?.(value);
    for (const name of required) if (value[name] === undefined) return false;
    return true;
  });
}

function propertiesIn(properties: Record<string, TSchema>, keepsOut: boolean): SchemaCheck[] {
  const checks = Object.entries(properties).map(([name, schema]) => ({
    name,
    check: checkOf(schema, keepsOut),
  }));
  const fill = keepsOut ? null : fillingOf(properties);
  return ofObject((value) => {
    fill?.(value);
    for (const { name, check } of checks) {
      const own = value[name];
      if (own !== undefined && !check(own)) return false;
    }
    return true;
  });
}

/** Fills in the defaults of properties; null if none has one, as in most messages, which are checked most often. */
function fillingOf(properties: Record<string, TSchema>): ((value: Values) => void) | null {
  const defaults = Object.entries(properties).filter(([, schema]) => schema.default !== undefined);
  if (defaults.length === 0) return null;
  return (value) => {
    for (const [name, schema] of defaults)
      if (value[name] === undefined) value[name] = structuredClone(schema.default);
  };
}

function additionalIn(schema: TSchema, keepsOut: boolean): SchemaCheck[] {
  const { additionalProperties, properties = {}, patternProperties = {} } = schema;
  if (additionalProperties === true) return [];
  const patterns = Object.keys(patternProperties).map((pattern) => new RegExp(pattern, 'u'));
  const check = additionalProperties === false ? () => false : checkOf(additionalProperties, keepsOut);
  const known = new Set(Object.keys(properties));
  return ofObject((value) => {
    for (const name in value) {
      if (known.has(name) || (patterns.length > 0 && patterns.some((pattern) => pattern.test(name))))
        continue;
      if (!check(value[name])) return false;
    }
    return true;
  });
}

/** Kinds of an object, which one of its properties names. */
function kindsIn(
  oneOf: readonly TSchema[],
  discriminator: { propertyName: string } | undefined,
  keepsOut: boolean,
): SchemaCheck[] {
  if (discriminator === undefined) {
    const checks = oneOf.map((schema) => checkOf(schema, true));
    return [(value) => checks.filter((check) => check(value)).length === 1];
  }
  const { propertyName } = discriminator;
  const checks = new Map(
    oneOf.map((schema) => [schema.properties?.[propertyName]?.const as unknown, checkOf(schema, keepsOut)]),
  );
  if (checks.size !== oneOf.length || ![...checks.keys()].every((kind) => typeof kind === 'string'))
    return unknown('kinds that are not told apart by a constant');
  return ofObject((value) => checks.get(value[propertyName])?.(value) === true);
}
