/** Errors of an HTTP API, always answered as `{error: {code, message}}`. */
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { ConfigError, describeProblem } from '../config/problem.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';

/** An error with its HTTP status, and a code and a message for the caller. */
export class HttpError extends HarbingerError {
  readonly statusCode: number;
  /** Seconds after which the caller should retry. */
  readonly retryAfterS: number | null;

  constructor(statusCode: number, code: string, message: string, retryAfterS: number | null = null) {
    super(code, 'api', message, { retry: retryAfterS !== null });
    this.statusCode = statusCode;
    this.retryAfterS = retryAfterS;
  }
}

/** Codes for the errors that Fastify raises itself, by status. */
const refusals: Record<number, string> = {
  413: 'API_BODY_TOO_LARGE',
  414: 'API_URL_TOO_LONG',
  415: 'API_MEDIA_TYPE',
};

interface Answer {
  status: number;
  code: string;
  message: string;
}

function answerFor(error: FastifyError | Error): Answer {
  if (error instanceof HttpError) {
    return { status: error.statusCode, code: error.code, message: error.message };
  }
  if (error instanceof HarbingerError) {
    if (error.retry) return { status: 503, code: error.code, message: error.message };
  } else if ('statusCode' in error && error.statusCode && error.statusCode >= 400 && error.statusCode < 500) {
    const status = error.statusCode;
    return { status, code: refusals[status] ?? 'API_BAD_REQUEST', message: error.message };
  }
  return { status: 500, code: 'API_INTERNAL', message: 'an internal error; the log has the details' };
}

/** Answers everything that is thrown; no detail of an unexpected error leaves the process. */
export function errorHandler(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, code, message } = answerFor(error);
    if (status === 500) log.error({ err: error, method: request.method, url: request.url }, 'request failed');
    else log.debug({ code, status, method: request.method, reason: messageOf(error) }, 'request refused');
    const retryAfterS = error instanceof HttpError ? error.retryAfterS : null;
    if (retryAfterS !== null) reply.header('retry-after', String(retryAfterS));
    else if (status === 503) reply.header('retry-after', '5');
    reply.code(status).send({ error: { code, message } });
  };
}

/** Answers about a configuration, whose problems are those of its author. @throws HttpError 409, 503 */
export function configAnswer<T>(answer: () => T | undefined): T {
  try {
    const found = answer();
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const said = error.problems.slice(0, 20).map((problem) => describeProblem(problem));
    throw new HttpError(
      409,
      'API_CONFIG',
      `the configuration is not sound, and nothing was changed: ${said.join('; ')}`,
    );
  }
  throw new HttpError(503, 'API_CONFIG', 'the process is still starting', 5);
}

const places: Record<string, string> = { querystring: 'parameter', params: 'path', body: 'body' };

/** Describes the first problem in a sentence that names the place and what was expected. */
export function schemaError(errors: FastifySchemaValidationError[], dataVar: string): Error {
  const error = errors[0];
  const place = places[dataVar] ?? dataVar;
  const name = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const subject = name === '' ? place : `${place} '${name}'`;
  const params = error?.params ?? {};
  if (typeof params.additionalProperty === 'string') {
    return new HttpError(400, 'API_INPUT', `unknown ${place} '${params.additionalProperty.slice(0, 80)}'`);
  }
  if (Array.isArray(params.allowedValues)) {
    return new HttpError(400, 'API_INPUT', `${subject} must be one of ${params.allowedValues.join(', ')}`);
  }
  const constants = errors.filter(
    ({ keyword, instancePath }) => keyword === 'const' && instancePath === error?.instancePath,
  );
  if (error?.keyword === 'const')
    return new HttpError(
      400,
      'API_INPUT',
      `${subject} must be ${constants.map(({ params }) => String(params.allowedValue)).join(' or ')}`,
    );
  const form = error?.keyword === 'pattern' && 'parentSchema' in error && formOf(error.parentSchema);
  if (form) return new HttpError(400, 'API_INPUT', `${subject} must be ${form}`);
  return new HttpError(400, 'API_INPUT', `${subject} ${error?.message ?? 'is not valid'}`);
}

/** The words in which a schema says what its pattern means. */
function formOf(schema: unknown): string | null {
  const has = typeof schema === 'object' && schema !== null && 'form' in schema;
  return has ? String(schema.form) : null;
}
