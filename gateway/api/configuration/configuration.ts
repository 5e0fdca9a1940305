/**
 * Reading the configuration again (gateway/api/configuration): over HTTP what SIGHUP does. How it is done is in shared/config, and
 * what a gateway can take in gateway/config.ts.
 */
import type { FastifyInstance } from 'fastify';
import type { ConfigAdmin } from '../../../shared/config/reload.ts';
import { configAnswer } from '../../../shared/http/errors.ts';
import { configRoutes } from '../../../shared/http/openapi.ts';

export function configurationRoutes(app: FastifyInstance, admin: () => ConfigAdmin | null): void {
  const { compare, reload } = configRoutes;
  app.get(compare.path, { schema: compare.schema }, () => configAnswer(() => admin()?.compare()));
  app.post(reload.path, { schema: reload.schema }, () => configAnswer(() => admin()?.reload()));
}
