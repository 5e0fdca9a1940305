/** Converts Ajv's errors about a configuration into sentences for people. */
import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type Options } from 'ajv';
import { nearestName } from './nearest-name.ts';
import { type ConfigProblem, invalid } from './problem.ts';

/**
 * Unlike the checks of device messages, this one collects every problem, because a configuration is small and trusted.
 * The compiler is created for a single use and then released, as nothing of it is needed after the start.
 */
const options: Options = {
  allErrors: true,
  useDefaults: true,
  strict: false,
  discriminator: true,
  verbose: true,
  validateSchema: false,
  meta: false,
};

/**
 * Returns all deviations of `value` from `schema`, and fills defaults into `value`. A `partial` value may lack required
 * properties.
 */
export function schemaProblems(schema: TSchema, value: unknown, partial = false): ConfigProblem[] {
  const check = new Ajv(options).compile(schema);
  if (check(value)) return [];
  const errors = (check.errors ?? []).filter(({ keyword }) => !partial || keyword !== 'required');
  // A union reports an error for each of its alternatives; only the union's own error is kept.
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const isWithin = ({ schemaPath, instancePath }: ErrorObject) =>
    unions.some(
      (union) => schemaPath.startsWith(`${union.schemaPath}/`) && instancePath.startsWith(union.instancePath),
    );
  const problems = errors
    .filter((error) => !isWithin(error) && !isAbsentKind(error, errors))
    .map((error) => problemOf(error, schema));
  return problems.filter(({ message }, i) => problems.findIndex((other) => other.message === message) === i);
}

/** A missing key of which another error says what it must be. */
function isAbsentKind(
  { keyword, params, instancePath }: ErrorObject,
  errors: readonly ErrorObject[],
): boolean {
  return (
    keyword === 'required' &&
    errors.some(
      (other) =>
        other.keyword === 'discriminator' &&
        other.instancePath === instancePath &&
        other.params.tag === params.missingProperty,
    )
  );
}

function problemOf(error: ErrorObject, schema: TSchema): ConfigProblem {
  const key = keyOf(error.instancePath);
  const place = key === '' ? 'the configuration' : key;
  if (error.keyword === 'additionalProperties') return unknownKey(key, error, schema);
  if (error.keyword === 'discriminator') return unknownKind(key, place, error);
  if (error.keyword === 'required') {
    const { missingProperty } = error.params as { missingProperty: string };
    const missing = key === '' ? missingProperty : `${key}.${missingProperty}`;
    return invalid(
      key,
      `${missing} is missing${explained(propertiesOf(error.parentSchema)[missingProperty])}`,
    );
  }
  return invalid(key, `${place} ${expectation(error)}${found(key, error)}`);
}

/** `/broker/users/2/name` → `broker.users[2].name` */
function keyOf(instancePath: string): string {
  const names = instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.map((name, i) => (/^\d+$/.test(name) ? `[${name}]` : i === 0 ? name : `.${name}`)).join('');
}

function unknownKey(place: string, error: ErrorObject, schema: TSchema): ConfigProblem {
  const { additionalProperty: name } = error.params as { additionalProperty: string };
  const near = nearestName(name, Object.keys(propertiesOf(error.parentSchema)));
  const elsewhere = near === undefined ? placeOf(name, schema) : undefined;
  const hint =
    near !== undefined
      ? `; did you mean '${near}'?`
      : elsewhere !== undefined
        ? `; there is one in ${elsewhere}`
        : '';
  const where = place === '' ? '' : `${place}: `;
  return invalid(place === '' ? name : `${place}.${name}`, `${where}unknown property '${name}'${hint}`);
}

/** A table of one of several kinds does not say of which, or names a kind that there is not. */
function unknownKind(key: string, place: string, { params, parentSchema }: ErrorObject): ConfigProblem {
  const { tag, tagValue } = params as { tag: string; tagValue: unknown };
  const expected = `${place} must have ${tag} = ${tagValues(tag, parentSchema?.oneOf)}`;
  if (tagValue === undefined) return invalid(key, expected);
  return invalid(key === '' ? tag : `${key}.${tag}`, `${expected}, not ${JSON.stringify(tagValue)}`);
}

/** The table elsewhere in the configuration that has a setting of this name. */
function placeOf(name: string, schema: TSchema, place = ''): string | undefined {
  const header = place === '' ? 'the top of the file, before the first [table]' : `[${place}]`;
  if (name in propertiesOf(schema)) return header;
  const tag = schema.discriminator?.propertyName as string | undefined;
  for (const kind of (schema.oneOf ?? []) as TSchema[]) {
    const value = JSON.stringify(propertiesOf(kind)[tag ?? '']?.const);
    if (name in propertiesOf(kind)) return `${header} with ${tag} = ${value}`;
  }
  for (const [key, property] of Object.entries(propertiesOf(schema))) {
    const here = place === '' ? key : `${place}.${key}`;
    const within = property.items
      ? placeOf(name, property.items, `[${here}]`)
      : placeOf(name, property, here);
    if (within !== undefined) return within;
  }
  return undefined;
}

function propertiesOf(schema: unknown): Record<string, TSchema> {
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
      return `must match ${params.pattern}${explained(parentSchema)}`;
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
  const isSecret = /password|secret|token|headers/i.test(key) || keyword === 'pattern';
  if (isSecret) return '';
  if (typeof data === 'number' || typeof data === 'boolean') return `, not ${data}`;
  if (typeof data !== 'string' || data.length > 40) return '';
  return keyword === 'minLength' ? '' : `, not ${JSON.stringify(data)}`;
}
