/** Who may call an HTTP API: holders of its token; without one, and only if so configured, programs on this computer. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HarbingerError } from './errors.ts';
import { HttpError } from './http-errors.ts';
import { hostName, isLoopback } from './loopback.ts';

export interface HttpGuardConfig {
  /** The address that is listened on. */
  host: string;
  token?: string | undefined;
  openOnLoopback: boolean;
}

/** Lets a request pass. @throws HttpError 401 API_UNAUTHORISED, 403 API_LOOPBACK_ONLY, 403 API_ORIGIN */
export type HttpGuard = (method: string, headers: IncomingHttpHeaders) => void;

/** Whether programs on this computer are let in without a token. */
export function isOpenOnLoopback({ host, token, openOnLoopback }: HttpGuardConfig): boolean {
  return token === undefined && openOnLoopback && isLoopback(host);
}

/** @param section the configuration table the settings are in, for messages. @throws HarbingerError API_TOKEN_MISSING */
export function createHttpGuard(config: HttpGuardConfig, section: string): HttpGuard {
  const { token } = config;
  if (token !== undefined) {
    return (_method, headers) => {
      const presented = bearerOf(headers);
      if (presented === undefined || !sameText(presented, token)) throw unauthorised();
    };
  }
  if (isOpenOnLoopback(config)) return checkLoopback;
  const hint = config.openOnLoopback ? ' (openOnLoopback counts only where host is a loopback address)' : '';
  throw new HarbingerError(
    'API_TOKEN_MISSING',
    'api',
    `nobody could call the HTTP API at ${config.host}: set ${section}.token, or ${section}.openOnLoopback = true on a ` +
      `loopback address${hint}`,
  );
}

/**
 * A web page elsewhere can make its own name resolve to 127.0.0.1 (DNS rebinding), so the name that was called must be
 * a loopback name too; a forwarded request is somebody else's; and another site's page must not change anything here.
 */
function checkLoopback(method: string, headers: IncomingHttpHeaders): void {
  const forwarded = headers.forwarded ?? headers['x-forwarded-for'];
  if (forwarded !== undefined || !isLoopback(hostName(headers.host ?? ''))) {
    const message =
      'without a token only programs on this computer may call, by a loopback name; set a token';
    throw new HttpError(403, 'API_LOOPBACK_ONLY', message);
  }
  refuseOtherSites(method, headers);
}

/**
 * A browser says where a request comes from; another site's page must not act with our cookie or on our loopback.
 * @throws HttpError 403 API_ORIGIN
 */
export function refuseOtherSites(method: string, headers: IncomingHttpHeaders): void {
  if (method === 'GET' || method === 'HEAD') return;
  const { origin, 'sec-fetch-site': fetchSite } = headers;
  const own =
    fetchSite === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host)
      : fetchSite === 'same-origin' || fetchSite === 'none';
  if (!own) throw new HttpError(403, 'API_ORIGIN', 'requests from another site’s page are not accepted');
}

export function unauthorised(): HttpError {
  const message = 'a valid token is needed: send it as `Authorization: Bearer …`';
  return new HttpError(401, 'API_UNAUTHORISED', message);
}

export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** In time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
