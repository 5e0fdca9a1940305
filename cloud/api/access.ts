import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { ApiConfig } from './config.ts';
import { HttpError } from './errors.ts';

export const sessionCookie = 'harbinger_session';
const sessionMs = 12 * 3_600_000;

/**
 * Who may call. Programs send the token with every request. The page exchanges it once for an HttpOnly cookie, which
 * its scripts cannot read: an expiry time, signed with a key made from the token, so a new token ends every session.
 */
export interface Access {
  /** Whether a token is needed at all. */
  readonly tokenNeeded: boolean;
  /** @throws HttpError 401, or 403 where the request comes from another site's page */
  check(method: string, headers: IncomingHttpHeaders): void;
  /** A cookie's value and lifetime for the right token. @throws HttpError 401 */
  login(token: string, headers: IncomingHttpHeaders): { value: string; maxAgeS: number };
}

/** @throws HarbingerError API_TOKEN_MISSING where nobody could be let in */
export function createAccess(config: ApiConfig, clock: Clock): Access {
  const { token } = config;
  if (token === undefined) return openAccess(config);
  const key = createHash('sha256').update(`harbinger session\n${token}`).digest();
  const sign = (expiresMs: string) => createHmac('sha256', key).update(expiresMs).digest('base64url');

  const validSession = (cookie: string): boolean => {
    const [expiresMs = '', signature = ''] = cookie.split('.', 2);
    return sameText(signature, sign(expiresMs)) && Number(expiresMs) > clock.nowMs();
  };

  return {
    tokenNeeded: true,
    check(method, headers) {
      const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
      if (bearer !== undefined && sameText(bearer, token)) return;
      const cookie = cookieOf(headers);
      if (bearer !== undefined || cookie === undefined || !validSession(cookie)) throw unauthorised();
      refuseOtherSites(method, headers);
    },
    login(presented, headers) {
      refuseOtherSites('POST', headers);
      if (!sameText(presented, token)) throw unauthorised();
      const expiresMs = String(clock.nowMs() + sessionMs);
      return { value: `${expiresMs}.${sign(expiresMs)}`, maxAgeS: sessionMs / 1_000 };
    },
  };
}

/**
 * No token: only for callers on this computer. A web page elsewhere can make its own name resolve to 127.0.0.1 (DNS
 * rebinding), so the name the caller used must be a loopback name too; and a forwarded request is somebody else's.
 */
function openAccess(config: ApiConfig): Access {
  if (!config.openOnLoopback || !isLoopbackName(config.host)) {
    throw new HarbingerError(
      'API_TOKEN_MISSING',
      'api',
      `the HTTP API at ${config.host} has no token: set api.token (16 characters or more)` +
        (config.openOnLoopback ? '; openOnLoopback counts only where api.host is a loopback address' : ''),
    );
  }
  const check = (method: string, headers: IncomingHttpHeaders) => {
    const forwarded = headers.forwarded ?? headers['x-forwarded-for'];
    if (forwarded !== undefined || !isLoopbackName(hostName(headers.host ?? ''))) {
      throw new HttpError(
        403,
        'API_LOOPBACK_ONLY',
        'without a token the API answers only this computer, by a loopback name; set api.token to open it wider',
      );
    }
    refuseOtherSites(method, headers);
  };
  return {
    tokenNeeded: false,
    check,
    login() {
      throw new HttpError(400, 'API_INPUT', 'no token is needed here');
    },
  };
}

function unauthorised(): HttpError {
  return new HttpError(
    401,
    'API_UNAUTHORISED',
    'a valid token is needed: send it as `Authorization: Bearer …`, or sign in on the page',
  );
}

/** In time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function cookieOf(headers: IncomingHttpHeaders): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === sessionCookie) return value;
  }
  return undefined;
}

/** A browser says where a request comes from; another site's page must not act with our cookie or on our loopback. */
function refuseOtherSites(method: string, headers: IncomingHttpHeaders): void {
  if (method === 'GET' || method === 'HEAD') return;
  const fetchSite = headers['sec-fetch-site'];
  const own =
    fetchSite === undefined
      ? headers.origin === undefined || originHost(headers.origin) === headers.host
      : fetchSite === 'same-origin' || fetchSite === 'none';
  if (!own) throw new HttpError(403, 'API_ORIGIN', 'requests from another site’s page are not accepted');
}

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

export function isLoopbackName(name: string): boolean {
  return /^(localhost|::1|127(\.\d{1,3}){3})$/i.test(name);
}
