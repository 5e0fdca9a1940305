/** Converts Ajv's errors about a configuration into sentences for people. */
import type { TSchema } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { nearestName } from './nearest-name.ts';

export interface Sentence {
  /** The setting that it is about, from the place of the error. */
  at: string[];
  message: string;
}

/** @param key the place of the error, e.g. `broker.users[2]`; empty for the top of the file */
export function sentenceOf(error: ErrorObject, key: string, schema: TSchema): Sentence {
  const place = key === '' ? 'the configuration' : key;
  if (error.keyword === 'additionalProperties') return unknownKey(key, error, schema);
  if (error.keyword === 'discriminator') return unknownKind(place, error);
  if (error.keyword === 'required') {
    const { missingProperty } = error.params as { missingProperty: string };
    const missing = key === '' ? missingProperty : `${key}.${missingProperty}`;
    const about = explained(propertiesOf(error.parentSchema)[missingProperty]);
    return { at: [], message: `${missing} is missing${about}` };
  }
  return { at: [], message: `${place} ${expectation(error)}${found(key, error)}` };
}

function unknownKey(place: string, { params, parentSchema }: ErrorObject, schema: TSchema): Sentence {
  const name = params.additionalProperty as string;
  if (parentSchema?.patternProperties) {
    const message = `${place}: '${name}' does not fit; it takes ${parentSchema.form}`;
    return { at: [name], message };
  }
  const near = nearName(name, parentSchema);
  const elsewhere = near === undefined ? placeOf(name, schema) : undefined;
  const hint =
    near !== undefined
      ? `; did you mean '${near}'?`
      : elsewhere !== undefined
        ? `; there is one in ${elsewhere}`
        : knownNames(parentSchema);
  const where = place === '' ? '' : `${place}: `;
  return { at: [name], message: `${where}unknown property '${name}'${hint}` };
}

const namesShownMax = 12;

/** The settings that a table has, where they are few. */
function knownNames(table: unknown): string {
  const names = Object.keys(propertiesOf(table));
  return names.length === 0 || names.length > namesShownMax ? '' : `; there are ${names.join(', ')}`;
}

/** The setting that an unknown one of this table is probably meant to be. */
export function nearName(name: string, table: unknown): string | undefined {
  return nearestName(name, Object.keys(propertiesOf(table)));
}

/** A table of one of several kinds does not say of which, or names a kind that does not exist. */
function unknownKind(place: string, { params, parentSchema }: ErrorObject): Sentence {
  const { tag, tagValue } = params as { tag: string; tagValue: unknown };
  const message = `${place} must have ${tag} = ${tagValues(tag, parentSchema?.oneOf)}`;
  if (tagValue === undefined) return { at: [], message };
  return { at: [tag], message: `${message}, not ${JSON.stringify(tagValue)}` };
}

/** The table elsewhere in the configuration that has a setting of this name. */
function placeOf(name: string, schema: TSchema, place = '', isList = false): string | undefined {
  const table = isList ? `[[${place}]]` : `[${place}]`;
  const header = place === '' ? 'the top of the file, before the first [table]' : table;
  if (name in propertiesOf(schema)) return header;
  const tag = schema.discriminator?.propertyName as string | undefined;
  for (const kind of (schema.oneOf ?? []) as TSchema[]) {
    const value = JSON.stringify(propertiesOf(kind)[tag ?? '']?.const);
    if (name in propertiesOf(kind)) return `${header} with ${tag} = ${value}`;
  }
  for (const [key, property] of Object.entries(propertiesOf(schema))) {
    const here = place === '' ? key : `${place}.${key}`;
    const within = property.items ? placeOf(name, property.items, here, true) : placeOf(name, property, here);
    if (within !== undefined) return within;
  }
  return undefined;
}

export function propertiesOf(schema: unknown): Record<string, TSchema> {
  const has = typeof schema === 'object' && schema !== null && 'properties' in schema;
  return has ? (schema.properties as Record<string, TSchema>) : {};
}

const typeNames: Record<string, string> = {
  string: 'a text in quotes',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
};

function expectation({ keyword, params, parentSchema, message }: ErrorObject): string {
  const { limit } = params as { limit?: number };
  switch (keyword) {
    case 'type':
      return `must be ${typeNames[String(params.type)] ?? params.type}`;
    case 'anyOf':
    case 'oneOf':
      return `must be ${alternatives(parentSchema?.[keyword])}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'enum':
      return `must be ${(params.allowedValues as unknown[]).map((each) => JSON.stringify(each)).join(' or ')}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} items`;
    case 'maxItems':
      return `must have at most ${limit} items`;
    case 'pattern':
      return `must be ${parentSchema?.form}`;
    default:
      return message ?? 'is not valid';
  }
}

/** Lists the values of a union of constants, or the kinds of value that another union accepts. */
function alternatives(union: unknown): string {
  const schemas = Array.isArray(union) ? (union as TSchema[]) : [];
  return schemas
    .map(({ const: constant, type }) =>
      constant !== undefined ? JSON.stringify(constant) : (typeNames[type] ?? String(type)),
    )
    .join(' or ');
}

function tagValues(tag: string, union: unknown): string {
  return alternatives((Array.isArray(union) ? union : []).map((schema) => propertiesOf(schema)[tag]));
}

function explained(schema: unknown): string {
  const has = typeof schema === 'object' && schema !== null && 'description' in schema;
  return has ? ` (${String(schema.description).replace(/\.$/, '')})` : '';
}

/** The value that was found instead, if it is short and not secret. */
function found(key: string, { keyword, data }: ErrorObject): string {
  // An address that does not fit may hold a password, and a topic may be one.
  const isSecret =
    /password|secret|token|headers/i.test(key) || (keyword === 'pattern' && /url|topic|link/i.test(key));
  if (isSecret) return '';
  if (typeof data === 'number' || typeof data === 'boolean') return `, not ${data}`;
  if (typeof data !== 'string' || data.length > 40) return '';
  return keyword === 'minLength' ? '' : `, not ${JSON.stringify(data)}`;
}
