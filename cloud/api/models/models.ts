/** Routes of the registry of models. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { versionPattern } from '../../../shared/contract/models/model-ref.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers, textAnswer } from '../../../shared/http/openapi.ts';
import { bundleBytesMax } from '../../../shared/model/trust/bundle.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';

const Model = {
  name: Type.String(),
  version: Type.String(),
  machineType: Type.String(),
  contractHash: Type.String({ description: 'of the machine type that it was trained for' }),
  digest: Type.String({ description: 'SHA-256 of all that it consists of' }),
  key: Type.String({ description: 'the key that has signed it, as its owner calls it' }),
  fingerprint: Type.String({ description: 'of that key' }),
  bytes: Type.Number(),
  sha256: Type.String({ description: 'of its bundle' }),
  pushedMs: Type.Number({ description: 'ms since 1970' }),
};
const Details = Type.Object(
  {
    ...Model,
    manifest: Type.Record(Type.String(), Type.Unknown()),
    files: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Number(), sha256: Type.String() })),
    card: Type.Union([Type.String(), Type.Null()]),
    signature: Type.Record(Type.String(), Type.Unknown()),
  },
  { description: 'with manifest, model card and signature' },
);
const Ref = Type.Object({
  name: Type.String({ maxLength: 64 }),
  version: Type.String({ pattern: versionPattern }),
});

const statuses: Readonly<Record<string, number>> = {
  REGISTRY_EXISTS: 409,
  REGISTRY_FULL: 409,
};

/** `GET /api/models`, `GET /api/models/{name}/{version}` and its `/bundle`, `POST /api/models`, `DELETE /api/models/{name}/{version}`. */
export function modelRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'models' | 'audit' | 'clock'>,
): void {
  const { models } = context;
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: bundleBytesMax },
    (_, body, done) => done(null, body),
  );
  app.get(
    '/api/models',
    {
      schema: {
        summary: 'The registry of models, from which gateways fetch them',
        response: answers(
          'by name, the newest version of each first',
          Type.Object({ models: Type.Array(Type.Object(Model)) }),
        ),
      },
    },
    () => ({ models: models.list() }),
  );
  app.get<{ Params: Static<typeof Ref> }>(
    '/api/models/:name/:version',
    {
      schema: {
        summary: 'A model with its manifest, model card and signature',
        params: Ref,
        response: answers('the model', Details),
      },
    },
    async ({ params }) => {
      const found = await models.details(params);
      if (!found) throw unknown(params);
      return found;
    },
  );
  app.get<{ Params: Static<typeof Ref> }>(
    '/api/models/:name/:version/bundle',
    {
      schema: {
        summary: 'The bundle of a model as it was pushed, for example to examine another version beside it',
        params: Ref,
        response: textAnswer('the bundle', 'application/octet-stream', Type.String({ format: 'binary' })),
      },
    },
    async ({ params }, reply) => {
      const bundle = await models.bundle(params);
      if (!bundle) throw unknown(params);
      return reply.header('content-type', 'application/octet-stream').send(bundle);
    },
  );
  app.post<{ Body: Buffer }>(
    '/api/models',
    {
      bodyLimit: bundleBytesMax,
      schema: {
        summary: 'Push a signed model',
        description:
          'The body is a bundle, as `harbinger models push` makes it (application/octet-stream). A version never changes: another content under it is refused. The request and its outcome are recorded in /api/audit.',
        response: answers(
          'the model',
          Type.Object({ ...Model, isNew: Type.Boolean({ description: 'false: it was there already' }) }),
        ),
      },
    },
    (request) => {
      const { body } = request;
      if (!Buffer.isBuffer(body))
        throw new HttpError(
          415,
          'API_INPUT',
          'the body must be the bundle of a model (application/octet-stream); use `harbinger models push`',
        );
      const about = { action: 'models.push', subject: `a bundle of ${body.length} bytes` };
      return audited(
        context,
        request,
        about,
        () => refusals(async () => await models.push(body)),
        ({ name, version, digest, isNew }) => ({
          model: `${name}@${version}`,
          digest,
          isNew,
        }),
      );
    },
  );
  app.delete<{ Params: Static<typeof Ref> }>(
    '/api/models/:name/:version',
    {
      schema: {
        summary: 'Remove a version of a model',
        description: 'Gateways that have it keep it. The request and its outcome are recorded in /api/audit.',
        params: Ref,
        response: answers('that it is removed', Type.Object({ removed: Type.Literal(true) })),
      },
    },
    (request) => {
      const { params } = request;
      return audited(
        context,
        request,
        { action: 'models.remove', subject: `${params.name}@${params.version}` },
        async () => {
          if (!(await models.remove(params))) throw unknown(params);
          return { removed: true as const };
        },
      );
    },
  );
}

const unknown = ({ name, version }: Static<typeof Ref>) =>
  new HttpError(
    404,
    'API_NOT_FOUND',
    `the registry has no model ${name}@${version}; see \`harbinger models list\``,
  );

async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error) ?? '';
    const status = statuses[code] ?? (code.startsWith('MODEL_REFUSED_') ? 400 : undefined);
    throw status === undefined ? error : new HttpError(status, code, messageOf(error));
  }
}
