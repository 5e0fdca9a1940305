import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';

/** An answer other than success: HTTP status, and a code and a message for the caller. */
export class HttpError extends HarbingerError {
  readonly statusCode: number;

  constructor(statusCode: number, code: string, message: string) {
    super(code, 'api', message);
    this.statusCode = statusCode;
  }
}

/** What Fastify itself refuses, by status. */
const refusals: Record<number, string> = {
  413: 'HTTP_BODY_TOO_LARGE',
  414: 'HTTP_URL_TOO_LONG',
  415: 'HTTP_MEDIA_TYPE',
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
    return { status: error.retry ? 503 : 500, code: error.code, message: error.message };
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500) {
    return { status, code: refusals[status] ?? 'HTTP_BAD_REQUEST', message: error.message };
  }
  const message = 'an internal error; the log of the gateway has the details';
  return { status: 500, code: 'HTTP_INTERNAL', message };
}

/** Everything thrown becomes `{error: {code, message}}`; nothing of an unexpected error's inside leaves the process. */
export function errorHandler(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, code, message } = answerFor(error);
    if (status === 500) log.error({ err: error, method: request.method, url: request.url }, 'request failed');
    if (status === 503) reply.header('retry-after', '5');
    reply.code(status).send({ error: { code, message } });
  };
}

const places: Record<string, string> = { querystring: 'parameter', params: 'path', body: 'body' };

/** The first problem as a sentence that names the place and what was expected. */
export function schemaError(errors: FastifySchemaValidationError[], dataVar: string): Error {
  const error = errors[0];
  const place = places[dataVar] ?? dataVar;
  const unknown = error?.params.additionalProperty;
  if (typeof unknown === 'string') {
    return new HttpError(400, 'HTTP_INPUT', `unknown ${place} '${unknown.slice(0, 80)}'`);
  }
  const name = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const subject = name === '' ? place : `${place} '${name}'`;
  return new HttpError(400, 'HTTP_INPUT', `${subject} ${error?.message ?? 'is not valid'}`);
}
