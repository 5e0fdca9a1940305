/**
 * Access control of an HTTP API: callers need its token; without one, and only if so configured, programs on this
 * computer may call.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../runtime/clock.ts';
import { HarbingerError } from '../runtime/errors.ts';
import { hostName, isLoopback } from '../security/loopback.ts';
import { Throttle, throttleSourceOf } from '../security/throttle.ts';
import { HttpError } from './errors.ts';

export interface HttpGuardConfig {
  /** The address that is listened on. */
  host: string;
  token?: string | undefined;
  /** A token that may read but not change anything. */
  readToken?: string | undefined;
  openOnLoopback: boolean;
}

/** The rights of a caller. */
export type Right = 'change' | 'read';

/** The parts of a request that a guard checks. */
export interface HttpCaller {
  method: string;
  headers: IncomingHttpHeaders;
  address: string;
}

export interface HttpGuard {
  /** @throws HttpError 401 API_UNAUTHORISED, 403 API_LOOPBACK_ONLY, 403 API_ORIGIN, 429 API_THROTTLED */
  check(caller: HttpCaller): Right;
  /** Returns the right of a token's holder. @throws HttpError 401 API_UNAUTHORISED, 429 API_THROTTLED */
  rightOf(token: string, address: string): Right;
}

/**
 * Limits of wrong tokens from one address. A token has at least 16 characters, so a few seconds suffice against
 * guessing, and a program with a stale token does not lock out a person who signs in from the same address.
 */
const guessing = { failuresFree: 10, blockFirstMs: 1_000, blockMaxMs: 5_000 };

/** True if programs on this computer need no token. */
export function isOpenOnLoopback({ host, token, openOnLoopback }: HttpGuardConfig): boolean {
  return token === undefined && openOnLoopback && isLoopback(host);
}

/**
 * @param section the table of the configuration that holds the settings, for messages @throws HarbingerError
 * API_TOKEN_MISSING
 */
export function createHttpGuard(config: HttpGuardConfig, section: string, clock: Clock): HttpGuard {
  if (config.token !== undefined) return tokenGuard({ ...config, token: config.token }, clock);
  if (isOpenOnLoopback(config)) return loopbackGuard;
  const hint = config.openOnLoopback ? ' (openOnLoopback counts only where host is a loopback address)' : '';
  throw new HarbingerError(
    'API_TOKEN_MISSING',
    'api',
    `nobody could call the HTTP API at ${config.host}: set ${section}.token, or ${section}.openOnLoopback = true on a ` +
      `loopback address${hint}`,
  );
}

function tokenGuard(config: { token: string; readToken?: string | undefined }, clock: Clock): HttpGuard {
  const throttle = new Throttle(clock, guessing);

  function rightOf(token: string, address: string): Right {
    const source = throttleSourceOf(address);
    const right = rightByToken(token, config);
    const waitMs = throttle.waitMs(source);
    // An address that sent the right token before is let in again, so that one failing program does not lock out the
    // others there.
    if (waitMs > 0 && !(right && throttle.trusted(source))) throw throttled(waitMs);
    if (!right) {
      throttle.failed(source);
      throw unauthorised();
    }
    throttle.succeeded(source);
    return right;
  }

  return {
    rightOf,
    check({ headers, address }) {
      const presented = bearerOf(headers);
      if (presented === undefined) throw unauthorised();
      return rightOf(presented, address);
    },
  };
}

function rightByToken(
  presented: string,
  { token, readToken }: { token: string; readToken?: string | undefined },
): Right | null {
  if (equalTexts(presented, token)) return 'change';
  return readToken !== undefined && equalTexts(presented, readToken) ? 'read' : null;
}

const loopbackGuard: HttpGuard = {
  rightOf: () => 'change',
  check({ method, headers }) {
    checkLoopback(method, headers);
    return 'change';
  },
};

/** @throws HttpError 403 API_READ_ONLY if `right` does not allow a change */
export function refuseChanges(right: Right): void {
  if (right === 'change') return;
  throw new HttpError(403, 'API_READ_ONLY', 'this token is for reading; a change needs the other one');
}

/**
 * A web page elsewhere can make its own name resolve to 127.0.0.1 (DNS rebinding), so the called name must be a
 * loopback name too; a forwarded request comes from another computer; and another site's page must not change anything
 * here.
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
 * Browsers send the origin of a request; another site's page must not act with our cookie or on our loopback address.
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

function throttled(waitMs: number): HttpError {
  const message = 'too many wrong tokens from this address; wait a few seconds';
  return new HttpError(429, 'API_THROTTLED', message, Math.ceil(waitMs / 1_000));
}

export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Compares in constant time, so that the duration does not reveal where the texts differ. */
export function equalTexts(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
