import type { FastifyInstance } from 'fastify';
import type { ConfigAdmin } from '../../../shared/config/reload.ts';
import { configAnswer } from '../../../shared/http/errors.ts';
import { configRoutes } from '../../../shared/http/openapi.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';

/** Reading the configuration again over HTTP, as SIGHUP does. What a cloud can take is in cloud/config.ts. */
export function configurationRoutes(
  app: FastifyInstance,
  context: Pick<RouteContext, 'audit' | 'clock'>,
  admin: () => ConfigAdmin | null,
): void {
  const { compare, reload } = configRoutes;
  app.get(compare.path, { schema: compare.schema }, () => configAnswer(() => admin()?.compare()));
  app.post(reload.path, { schema: reload.schema }, (request) =>
    audited(context, request, { action: 'reload configuration', subject: 'cloud' }, async () =>
      configAnswer(() => admin()?.reload()),
    ),
  );
}
