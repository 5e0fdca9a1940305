/** An HTTP API describes itself (OpenAPI 3.1) by the schemas of its routes: what they take is checked, what they answer is promised. */
import fastifySwagger from '@fastify/swagger';
import { type TSchema, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';

const ErrorAnswer = Type.Object(
  { error: Type.Object({ code: Type.String(), message: Type.String() }) },
  { description: 'what went wrong: a stable code, and a sentence' },
);
const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer };

/** Response schemas document; they do not filter what is sent. */
export function answers(description: string, schema: TSchema) {
  return { 200: { ...schema, description }, ...errors };
}

/** An answer that has no body. */
export function noContent(description: string) {
  return { 204: { description, type: 'null' }, ...errors };
}

/** An answer that is not JSON. */
export function textAnswer(description: string, mediaType: string, schema: TSchema = Type.String()) {
  return { 200: { description, content: { [mediaType]: { schema } } }, ...errors };
}

/** What a probe is told: 200 with `yes`, 503 with `no` and why. */
export function conditionAnswers(yes: string, no: string) {
  const reasons = Type.Array(Type.String(), { description: 'sentences' });
  const answer = (status: string, description: string) =>
    Type.Object({ status: Type.Literal(status), reasons }, { description });
  return { 200: answer(yes, 'no reasons'), 503: answer(no, 'the reasons') };
}

/**
 * Before the routes are added: gathers their schemas. After it, `GET /api/openapi.json` can be added by documentRoute,
 * where only those are let in who may call the rest.
 */
export async function describeApi(app: FastifyInstance, description: string): Promise<void> {
  // Response schemas are documentation: answers are sent as they are.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Harbinger', version: '1', description },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
}

export function documentRoute(app: FastifyInstance): void {
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
