import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';

const urlLengthMax = 4_096;

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Adds security headers to every answer: the page loads nothing from other hosts, no frame embeds it, no cache keeps
 * API answers.
 */
export function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    done(
      request.url.length > urlLengthMax
        ? new HttpError(414, 'API_URL_TOO_LONG', `the address is longer than ${urlLengthMax} characters`)
        : undefined,
    );
  });
}
