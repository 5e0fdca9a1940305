import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from '../../shared/http/errors.ts';
import {
  bearerOf,
  createHttpGuard,
  equalTexts,
  type HttpCaller,
  type Right,
  refuseOtherSites,
} from '../../shared/http/guard.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { ApiConfig } from './config.ts';

export const sessionCookie = 'harbinger_session';
const sessionMs = 12 * 3_600_000;

/**
 * Decides who may call the API. Programs send the token with every request. The page exchanges it once for an HttpOnly
 * cookie, which its scripts cannot read. The cookie holds an expiry time and a right, signed with a key that derives from
 * the tokens, so a new token ends every session.
 */
export interface Access {
  /** Whether a token is needed at all. */
  readonly tokenNeeded: boolean;
  /** @throws HttpError 401, 429 after too many wrong tokens, or 403 if the request comes from another site's page */
  check(caller: HttpCaller): Right;
  /** Returns the value and lifetime of a cookie if the token is right. @throws HttpError 401, 429 */
  login(token: string, caller: HttpCaller): { value: string; maxAgeS: number };
}

/** @throws HarbingerError API_TOKEN_MISSING if nobody could be let in */
export function createAccess(config: ApiConfig, clock: Clock): Access {
  const guard = createHttpGuard(config, 'api', clock);
  const { token, readToken = '' } = config;
  if (token === undefined) {
    return {
      tokenNeeded: false,
      check: guard.check,
      login() {
        throw new HttpError(400, 'API_INPUT', 'no token is needed here');
      },
    };
  }
  const key = createHash('sha256').update(`harbinger session\n${token}\n${readToken}`).digest();
  const sign = (claims: string) => createHmac('sha256', key).update(claims).digest('base64url');

  const rightOfSession = (cookie: string): Right | null => {
    const [claims = '', signature = ''] = cookie.split('.', 2);
    const [expiresMs, right] = claims.split('-', 2);
    if (!equalTexts(signature, sign(claims)) || Number(expiresMs) <= clock.nowMs()) return null;
    return right === 'change' || right === 'read' ? right : null;
  };

  return {
    tokenNeeded: true,
    check(caller) {
      const cookie = bearerOf(caller.headers) === undefined ? cookieOf(caller.headers) : undefined;
      const right = cookie === undefined ? null : rightOfSession(cookie);
      if (right === null) return guard.check(caller);
      refuseOtherSites(caller.method, caller.headers);
      return right;
    },
    login(presented, { headers, address }) {
      refuseOtherSites('POST', headers);
      const right = guard.rightOf(presented, address);
      const claims = `${clock.nowMs() + sessionMs}-${right}`;
      return { value: `${claims}.${sign(claims)}`, maxAgeS: sessionMs / 1_000 };
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
