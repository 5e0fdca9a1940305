/**
 * Generates the OpenAPI 3.1 document of an HTTP API from the schemas of its routes. Requests are validated against
 * them; answers are documented by them.
 */
import fastifySwagger from '@fastify/swagger';
import { type TSchema, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';

const ErrorAnswer = Type.Object(
  { error: Type.Object({ code: Type.String(), message: Type.String() }) },
  { description: 'what went wrong: a stable code, and a sentence' },
);
const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer };

/** Documents a route's answers; response schemas do not filter what is sent. */
export function answers(description: string, schema: TSchema) {
  return { 200: { ...schema, description }, ...errors };
}

/** Documents an answer without a body. */
export function noContent(description: string) {
  return { 204: { description, type: 'null' }, ...errors };
}

/** Documents an answer that is not JSON. */
export function textAnswer(description: string, mediaType: string, schema: TSchema = Type.String()) {
  return { 200: { description, content: { [mediaType]: { schema } } }, ...errors };
}

/** Documents the answers of a probe: 200 with `yes`, or 503 with `no` and the reasons. */
export function conditionAnswers(yes: string, no: string) {
  const reasons = Type.Array(Type.String(), { description: 'sentences' });
  const answer = (status: string, description: string) =>
    Type.Object({ status: Type.Literal(status), reasons }, { description });
  return { 200: answer(yes, 'no reasons'), 503: answer(no, 'the reasons') };
}

/**
 * Collects the schemas of the routes, so it must be called before they are added. After them, documentRoute can add
 * `GET /api/openapi.json`, behind the same guard as the rest.
 */
export async function describeApi(app: FastifyInstance, description: string): Promise<void> {
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema && !schema.operationId) schema.operationId = operationIdOf(String(method), url);
  });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Harbinger', version: '1', description },
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
}

/** `postAlertsClose` of `POST /api/alerts/close`: unlike summaries it never changes, so that generated clients keep their names. */
function operationIdOf(method: string, url: string): string {
  const words = url.replace(/^\/api\//, '/').split(/[^A-Za-z0-9]+/);
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return `${method.toLowerCase()}${words.map(capital).join('')}`;
}

export function documentRoute(app: FastifyInstance): void {
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

const inForce = Type.Array(Type.String());
const afterRestart = Type.Array(Type.Object({ setting: Type.String(), why: Type.String() }));
const problems = Type.Array(Type.String(), { description: 'what could not be taken, e.g. a certificate' });

/** The routes by which a running process compares its configuration with its files, and reads them again. */
export const configRoutes = {
  compare: {
    path: '/api/configuration/changes',
    schema: {
      summary:
        'Settings of the configuration that differ from those that run, by what reading it again would do',
      response: answers('their names; values may be secrets', Type.Object({ inForce, afterRestart })),
    },
  },
  reload: {
    path: '/api/configuration/reload',
    schema: {
      summary: 'Read the configuration again, as SIGHUP does',
      description:
        'A configuration that is not sound changes nothing; the answer says what is wrong with it.',
      response: answers(
        'what happened to each setting that differs',
        Type.Object({ inForce, afterRestart, problems }),
      ),
    },
  },
} as const;
