/** Who may call an HTTP API: holders of its token; without one, and only if so configured, programs on this computer. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HarbingerError } from './errors.ts';

export interface HttpGuardConfig {
  /** The address that is listened on. */
  host: string;
  token?: string | undefined;
  openOnLoopback: boolean;
}

export interface HttpRefusal {
  status: 401 | 403;
  code: 'HTTP_UNAUTHORISED' | 'HTTP_LOOPBACK_ONLY' | 'HTTP_ORIGIN';
  message: string;
}

/** Says why a request is refused, or null where it may pass. */
export type HttpGuard = (method: string, headers: IncomingHttpHeaders) => HttpRefusal | null;

/** @param section the configuration table the settings are in, for messages. @throws HarbingerError HTTP_TOKEN_MISSING */
export function createHttpGuard(config: HttpGuardConfig, section: string): HttpGuard {
  const { token } = config;
  if (token !== undefined) return (_method, headers) => checkToken(token, headers);
  if (config.openOnLoopback && isLoopbackName(config.host)) return checkLoopback;
  const hint = config.openOnLoopback ? ` (openOnLoopback counts only where host is a loopback address)` : '';
  throw new HarbingerError(
    'HTTP_TOKEN_MISSING',
    'api',
    `nobody could call the HTTP API at ${config.host}: set ${section}.token, or ${section}.openOnLoopback = true on a ` +
      `loopback address${hint}`,
  );
}

function checkToken(token: string, headers: IncomingHttpHeaders): HttpRefusal | null {
  const presented = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (presented !== undefined && sameText(presented, token)) return null;
  const message = 'a valid token is needed: send it as `Authorization: Bearer …`';
  return { status: 401, code: 'HTTP_UNAUTHORISED', message };
}

/**
 * A web page elsewhere can make its own name resolve to 127.0.0.1, so the name that was called must be a loopback name
 * too; a forwarded request is somebody else's; and another site's page must not change anything here.
 */
function checkLoopback(method: string, headers: IncomingHttpHeaders): HttpRefusal | null {
  const forwarded = headers.forwarded ?? headers['x-forwarded-for'];
  if (forwarded !== undefined || !isLoopbackName(hostName(headers.host ?? ''))) {
    const message = 'without a token only programs on this computer may call, by a loopback name';
    return { status: 403, code: 'HTTP_LOOPBACK_ONLY', message };
  }
  const { origin } = headers;
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
  if (method === 'GET' || method === 'HEAD' || isOwn) return null;
  return { status: 403, code: 'HTTP_ORIGIN', message: 'requests from another site’s page are not accepted' };
}

/** In time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

export function isLoopbackName(name: string): boolean {
  return /^(localhost|::1|127(\.\d{1,3}){3})$/i.test(name);
}
