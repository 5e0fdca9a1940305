/**
 * Checks of requests against the schemas of their routes, compiled at the first request to each. Fastify would compile
 * those of all routes before it listens, and load two compilers for it, which is a good part of a start.
 */
import type { Ajv, ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler, FastifySerializerCompiler, FastifyServerOptions } from 'fastify';
import type { FastifyValidationResult } from 'fastify/types/schema.js';
import { createAjv } from '../runtime/schema/errors.ts';

/** Parameters arrive as text, so that types are converted, as Fastify does by default. */
const options = {
  coerceTypes: 'array',
  useDefaults: true,
  allErrors: false,
  // Verbose errors carry their schema, whose `form` says a pattern in words.
  verbose: true,
  keywords: ['form'],
  addUsedSchema: false,
  validateSchema: false,
  meta: false,
} as const;

function createValidation(): FastifySchemaCompiler<object> {
  let ajv: Ajv | null = null;
  return ({ schema }) => {
    let compiled: ValidateFunction | null = null;
    const check: FastifyValidationResult = (value) => {
      ajv ??= createAjv({ ...options, keywords: [...options.keywords] });
      compiled ??= ajv.compile(schema);
      const isValid = compiled(value);
      check.errors = compiled.errors ?? null;
      return isValid;
    };
    return check;
  };
}

/** Schemas of answers are documentation only: answers are sent unchanged. */
const asJson: FastifySerializerCompiler<unknown> = () => (data) => JSON.stringify(data);

type Controller = NonNullable<FastifyServerOptions['schemaController']>;

/** The compilers of a server, to be given when it is created: only then Fastify does not load its own. */
export function routeSchemas(): Controller {
  const validation = createValidation();
  const compilersFactory = { buildValidator: () => validation, buildSerializer: () => asJson };
  // Fastify's types describe its own compilers, but it calls these like those of setValidatorCompiler.
  return { compilersFactory } as unknown as Controller;
}
