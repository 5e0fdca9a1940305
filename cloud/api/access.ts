import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HttpError } from '../../shared/runtime/http-errors.ts';
import {
  bearerOf,
  createHttpGuard,
  refuseOtherSites,
  sameText,
  unauthorised,
} from '../../shared/runtime/http-guard.ts';
import type { ApiConfig } from './config.ts';

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
  const guard = createHttpGuard(config, 'api');
  const { token } = config;
  if (token === undefined) {
    return {
      tokenNeeded: false,
      check: guard,
      login() {
        throw new HttpError(400, 'API_INPUT', 'no token is needed here');
      },
    };
  }
  const key = createHash('sha256').update(`harbinger session\n${token}`).digest();
  const sign = (expiresMs: string) => createHmac('sha256', key).update(expiresMs).digest('base64url');

  const validSession = (cookie: string): boolean => {
    const [expiresMs = '', signature = ''] = cookie.split('.', 2);
    return sameText(signature, sign(expiresMs)) && Number(expiresMs) > clock.nowMs();
  };

  return {
    tokenNeeded: true,
    check(method, headers) {
      const cookie = cookieOf(headers);
      const bySession = bearerOf(headers) === undefined && cookie !== undefined && validSession(cookie);
      if (bySession) refuseOtherSites(method, headers);
      else guard(method, headers);
    },
    login(presented, headers) {
      refuseOtherSites('POST', headers);
      if (!sameText(presented, token)) throw unauthorised();
      const expiresMs = String(clock.nowMs() + sessionMs);
      return { value: `${expiresMs}.${sign(expiresMs)}`, maxAgeS: sessionMs / 1_000 };
    },
  };
}

function cookieOf(headers: IncomingHttpHeaders): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === sessionCookie) return value;
  }
  return undefined;
}
