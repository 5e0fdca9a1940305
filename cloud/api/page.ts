import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';

/** Serves the built console. Files under assets/ have a hash in their names, so caches may keep them for ever. */
export async function servePage(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, () => {
      throw new HttpError(404, 'API_PAGE_MISSING', 'the page has not been built: run `npm run build`');
    });
    return;
  }
  await app.register(async (page) => {
    page.addHook('onSend', async ({ url }, reply) => {
      if (reply.statusCode >= 400) return;
      const kept = url.startsWith('/assets/');
      reply.header('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache');
    });
    await page.register(fastifyStatic, {
      root: folder,
      cacheControl: false,
      decorateReply: false,
      schemaHide: true,
    });
  });
}
