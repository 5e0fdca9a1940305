/**
 * Says what is wrong with a value, with Ajv. It is loaded at the first value that is not valid, because it takes longer
 * to load than everything takes to check (check.ts).
 */
import { createRequire } from 'node:module';
import type { TSchema } from '@sinclair/typebox';
import type { Ajv, ErrorObject, Options } from 'ajv';

const options: Options = {
  useDefaults: true,
  strict: false,
  discriminator: true,
  verbose: true,
  validateSchema: false,
  meta: false,
};

/** Keeps what it has compiled, because devices repeat their mistakes. */
let firstError: Ajv | null = null;

/** Returns the first error, with those of the same union; none if the value is valid. Fills in defaults. */
export function firstSchemaErrors(schema: TSchema, value: unknown): ErrorObject[] {
  firstError ??= createAjv({ ...options, allErrors: false });
  return errorsBy(firstError, schema, value);
}

/** Returns every error. Fills in defaults. What was compiled is released: configurations are read once. */
export function allSchemaErrors(schema: TSchema, value: unknown): ErrorObject[] {
  return errorsBy(createAjv({ ...options, allErrors: true }), schema, value);
}

function errorsBy(ajv: Ajv, schema: TSchema, value: unknown): ErrorObject[] {
  const check = ajv.compile(schema);
  return check(value) ? [] : (check.errors ?? []);
}

/** Loads Ajv from its package; it is not bundled, or every thread would load it when it starts. */
export function createAjv(of: Options): Ajv {
  const load = createRequire(import.meta.url);
  const { Ajv } = load('ajv') as typeof import('ajv');
  return new Ajv(of);
}
