import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import type { HttpCaller, HttpGuard } from '../../../shared/http/guard.ts';
import { callerOf } from '../../../shared/http/server.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { SitePageDeps } from './facts.ts';
import { sitePage } from './site-page.ts';
import { siteLanguage } from './words.ts';

/** It has no script and loads nothing. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/**
 * `GET /`. A browser asks for a password, which is the token, by itself: the page needs no sign-in of its own, and no other route takes
 * such a password, so that no other site can use it to change anything.
 */
export function sitePageRoute(
  app: FastifyInstance,
  deps: SitePageDeps & { clock: Clock },
  check: HttpGuard['check'],
): void {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    try {
      check(withBearer(callerOf(request)));
    } catch (error) {
      if (error instanceof HttpError && error.statusCode === 401)
        reply.header('www-authenticate', 'Basic realm="Harbinger gateway", charset="UTF-8"');
      throw error;
    }
    const page = await sitePage(deps, siteLanguage(request.headers['accept-language']), deps.clock.nowMs());
    return reply
      .headers({
        'content-security-policy': policy,
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
      })
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

/** The caller with the password of the browser as its token; whatever name it gives. */
function withBearer(caller: HttpCaller): HttpCaller {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,2048})$/i.exec(caller.headers.authorization ?? '') ?? [];
  if (encoded === undefined) return caller;
  const [, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { ...caller, headers: { ...caller.headers, authorization: `Bearer ${password.join(':')}` } };
}
