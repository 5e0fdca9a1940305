/**
 * Schemas of configurations (shared/config/schema): finds every deviation of a configuration from its schema, and says
 * it in a sentence. Rules that a schema cannot express belong to the folders of their settings.
 */
import { type TSchema, Type } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { schemaCheck } from '../../runtime/schema/check.ts';
import { allSchemaErrors } from '../../runtime/schema/errors.ts';
import type { ConfigProblem } from '../problem.ts';
import { keyOf, type SettingPath } from '../sound-view.ts';
import { nearName, propertiesOf, sentenceOf } from './schema-sentences.ts';

export interface SchemaProblem extends ConfigProblem {
  /**
   * The settings that have no valid value because of this problem. They may be absent from the file, such as a
   * required setting that is missing.
   */
  unsound: SettingPath[];
}

/**
 * Returns all deviations of `value` from `schema`, and fills defaults into `value`. A `partial` value may lack required
 * properties.
 */
export function schemaProblems(schema: TSchema, value: unknown, partial = false): SchemaProblem[] {
  const given = structuredClone(value);
  const errors = errorsOf(schema, value).filter(({ keyword }) => !partial || keyword !== 'required');
  // A union reports an error for each of its alternatives; only the union's own error is kept.
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const isWithin = ({ schemaPath, instancePath }: ErrorObject) =>
    unions.some(
      (union) => schemaPath.startsWith(`${union.schemaPath}/`) && instancePath.startsWith(union.instancePath),
    );
  const problems = errors
    .filter((error) => !isWithin(error) && !isSaidElsewhere(error, errors))
    .map((error) => problemOf(error, schema, given));
  return problems.filter(({ message }, i) => problems.findIndex((other) => other.message === message) === i);
}

/** Unlike the checks of device messages, this one collects every problem: a configuration is small and trusted. */
function errorsOf(schema: TSchema, value: unknown): ErrorObject[] {
  if (schemaCheck(schema)(value)) return [];
  const errors = allSchemaErrors(schema, value);
  return [...errors, ...errors.filter(({ keyword }) => keyword === 'discriminator').flatMap(errorsInShared)];
}

/**
 * Ajv skips a table whose kind is unknown. The settings that all kinds share are checked here, and get their
 * defaults.
 */
function errorsInShared({ data, parentSchema, instancePath, schemaPath }: ErrorObject): ErrorObject[] {
  const shared = sharedProperties(parentSchema);
  if (Object.keys(shared).length === 0) return [];
  return errorsOf(Type.Object(shared), data).map((error) => ({
    ...error,
    instancePath: `${instancePath}${error.instancePath}`,
    schemaPath: `${schemaPath}/${error.schemaPath}`,
  }));
}

/** The properties that every kind has, with the same schema. */
function sharedProperties(union: unknown): Record<string, TSchema> {
  const [first, ...others] = kindsOf(union).map(propertiesOf);
  const entries = Object.entries(first ?? {});
  return Object.fromEntries(
    entries.filter(([name, schema]) => others.every((properties) => properties[name] === schema)),
  );
}

function kindsOf(union: unknown): TSchema[] {
  return ((union as TSchema | undefined)?.oneOf ?? []) as TSchema[];
}

/** True for a missing key if another error says already which value it needs, or that it is misspelt. */
function isSaidElsewhere(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (error.keyword !== 'required') return false;
  const missing = error.params.missingProperty as string;
  const beside = errors.filter(({ instancePath }) => instancePath === error.instancePath);
  return beside.some(
    ({ keyword, params, parentSchema }) =>
      (keyword === 'discriminator' && params.tag === missing) ||
      (keyword === 'additionalProperties' &&
        nearName(params.additionalProperty as string, parentSchema) === missing),
  );
}

function problemOf(error: ErrorObject, schema: TSchema, given: unknown): SchemaProblem {
  const path = pathOf(error.instancePath);
  const { at, message } = sentenceOf(error, keyOf(path), schema);
  const unsound = unsoundIn(error, path, given);
  return { code: 'CONFIG_INVALID', key: keyOf([...path, ...at]), message, unsound };
}

/** `/broker/users/2/name` → `broker`, `users`, `2`, `name` */
function pathOf(instancePath: string): string[] {
  const names = instancePath.split('/').slice(1);
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Lists of the wrong length can still be read. */
const harmless = new Set(['minItems', 'maxItems']);

/** @param given the configuration before defaults were filled in */
function unsoundIn(
  { keyword, params, parentSchema }: ErrorObject,
  path: SettingPath,
  given: unknown,
): SettingPath[] {
  if (harmless.has(keyword)) return [];
  if (keyword === 'required') return [[...path, params.missingProperty as string]];
  if (keyword === 'additionalProperties') {
    // An unknown setting also makes the setting unsound for which it is probably meant, unless that one is set too.
    const meant = nearName(params.additionalProperty as string, parentSchema);
    return meant === undefined || isSet(given, [...path, meant]) ? [] : [[...path, meant]];
  }
  if (keyword !== 'discriminator') return [path];
  const shared = sharedProperties(parentSchema);
  const names = new Set(kindsOf(parentSchema).flatMap((kind) => Object.keys(propertiesOf(kind))));
  return [...names].filter((name) => !(name in shared)).map((name) => [...path, name]);
}

function isSet(value: unknown, path: SettingPath): boolean {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return false;
    found = (found as Record<string, unknown>)[name];
  }
  return found !== undefined;
}
