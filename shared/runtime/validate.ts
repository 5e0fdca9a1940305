import type { Static, TSchema } from '@sinclair/typebox';
import type { ErrorObject } from 'ajv';
import { type SchemaCheck, schemaCheck } from './schema/check.ts';
import { firstSchemaErrors } from './schema/errors.ts';

/**
 * Compiles a check of untrusted data against a schema. The check returns the value with its type, or throws what `fail`
 * makes of the first problem (a sentence that names the place and what was expected). It fills in schema defaults. It is
 * composed at the first call, because every thread loads the contracts but few check all of them.
 */
export function compileValidator<S extends TSchema>(
  schema: S,
): (value: unknown, fail: (problem: string) => Error) => Static<S> {
  let check: SchemaCheck | null = null;
  return (value, fail) => {
    check ??= schemaCheck(schema);
    if (check(value)) return value as Static<S>;
    const errors = firstSchemaErrors(schema, value);
    if (errors.length === 0) return value as Static<S>;
    throw fail(describe(errors));
  };
}

function describe(errors: readonly ErrorObject[]): string {
  const [error] = errors;
  if (!error) return 'is not valid';
  const place = error.instancePath === '' ? 'the value' : error.instancePath.slice(1).replaceAll('/', '.');
  const detail = error.params as {
    additionalProperty?: string;
    allowedValues?: unknown[];
    allowedValue?: unknown;
  };
  if (error.keyword === 'discriminator') return ofUnknownKind(place, error);
  // A union of constants reports an error for each of them.
  const constants = errors.filter(
    ({ keyword, instancePath }) => keyword === 'const' && instancePath === error.instancePath,
  );
  if (detail.allowedValue !== undefined)
    return `${place} must be ${constants.map(({ params }) => JSON.stringify(params.allowedValue)).join(' or ')}`;
  if (detail.additionalProperty !== undefined)
    return `${place}: unknown property '${detail.additionalProperty}'`;
  if (detail.allowedValues !== undefined) return `${place} must be one of ${detail.allowedValues.join(', ')}`;
  const form: unknown = error.parentSchema?.form;
  if (error.keyword === 'pattern' && form !== undefined) return `${place} must be ${String(form)}`;
  return `${place} ${error.message ?? 'is not valid'}`;
}

/** Describes a union of kinds whose key is absent or names an unknown kind. */
function ofUnknownKind(place: string, error: ErrorObject): string {
  const { tag, tagValue } = error.params as { tag: string; tagValue: unknown };
  const { oneOf = [] } = (error.parentSchema ?? {}) as {
    oneOf?: { properties?: Record<string, { const?: unknown }> }[];
  };
  const kinds = oneOf.map(({ properties }) => JSON.stringify(properties?.[tag]?.const)).join(', ');
  return tagValue === undefined
    ? `${place} has no '${tag}' (one of ${kinds})`
    : `${place}: there is no ${tag} ${JSON.stringify(tagValue)} (there are: ${kinds})`;
}
