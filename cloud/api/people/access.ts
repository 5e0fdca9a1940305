import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from '../../../shared/http/errors.ts';
import {
  bearerOf,
  createHttpGuard,
  equalTexts,
  type HttpCaller,
  type Right,
  refuseOtherSites,
} from '../../../shared/http/guard.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { newSecret } from '../../../shared/security/secret.ts';
import type { ApiConfig } from '../config.ts';
import type { People, Person } from './people.ts';
import type { Role } from './people-file.ts';

export const sessionCookie = 'harbinger_session';
const sessionMs = 12 * 3_600_000;

/** A caller that was let in. */
export interface Who {
  role: Role;
  /** The credential, or the name of the person or program whose it is. */
  name: string;
  /** The name of a person or program; absent for the tokens of the configuration, and on loopback. */
  person?: string;
}

/**
 * Decides who may call the API. Programs send a token with every request. The page exchanges it once for an HttpOnly
 * cookie, which its scripts cannot read. The cookie holds an expiry time, an id, a name and a mark of the token it was exchanged for,
 * signed with a key that derives from the tokens of the configuration, so a new one ends every session, and a new token of somebody
 * theirs. Which role the name has is asked with every request.
 */
export interface Access {
  /** Whether a token is needed at all. */
  readonly tokenNeeded: boolean;
  /** @throws HttpError 401, 429 after too many wrong tokens, or 403 if the request comes from another site's page */
  check(caller: HttpCaller): Who;
  /** Returns the value and lifetime of a cookie if the token is right. @throws HttpError 401, 429 */
  login(token: string, caller: HttpCaller): { value: string; maxAgeS: number };
  /** Ends the session of the caller's cookie, if it has one. */
  logout(caller: Pick<HttpCaller, 'headers'>): Promise<void>;
}

/** Names in cookies for the tokens of the configuration. */
const configured: Readonly<Record<Right, string>> = { change: 'token', read: 'readToken' };

/** @throws HarbingerError API_TOKEN_MISSING if nobody could be let in */
export function createAccess(config: ApiConfig, clock: Clock, people: People): Access {
  const guard = createHttpGuard(config, 'api', clock);
  const { token, readToken = '' } = config;
  const byBearer = (headers: IncomingHttpHeaders): Who | null => {
    const bearer = bearerOf(headers);
    const person = bearer === undefined ? null : people.byToken(bearer);
    return person && whoIs(person);
  };
  if (token === undefined) {
    return {
      tokenNeeded: false,
      check(caller) {
        const right = guard.check(caller);
        return byBearer(caller.headers) ?? { role: roleOf(right), name: 'loopback' };
      },
      login() {
        throw new HttpError(400, 'API_INPUT', 'no token is needed here');
      },
      logout: async () => undefined,
    };
  }
  const key = createHash('sha256').update(`harbinger session\n${token}\n${readToken}`).digest();
  const sign = (claims: string) => createHmac('sha256', key).update(claims).digest('base64url');

  const claimsIn = (headers: IncomingHttpHeaders) => {
    const cookie = bearerOf(headers) === undefined ? cookieOf(headers) : undefined;
    const [untilMs = '', id = '', name = '', mark = '', signature = ''] = cookie?.split('~', 5) ?? [];
    if (!equalTexts(signature, sign([untilMs, id, name, mark].join('~'))) || Number(untilMs) <= clock.nowMs())
      return null;
    return people.isEnded(id) ? null : { untilMs: Number(untilMs), id, name, mark };
  };
  const whoHas = ({ name, mark }: { name: string; mark: string }): Who | null => {
    if (name === configured.change) return { role: 'admin', name: 'session' };
    if (name === configured.read) return { role: 'viewer', name: 'session' };
    const person = people.find(name);
    return person && equalTexts(mark, markOf(person)) ? whoIs(person) : null;
  };

  return {
    tokenNeeded: true,
    check(caller) {
      const claims = claimsIn(caller.headers);
      const who = claims && whoHas(claims);
      if (!who) return byBearer(caller.headers) ?? { role: roleOf(guard.check(caller)), name: 'token' };
      refuseOtherSites(caller.method, caller.headers);
      return who;
    },
    login(presented, { headers, address }) {
      refuseOtherSites('POST', headers);
      const person = people.byToken(presented);
      const name = person?.name ?? configured[guard.rightOf(presented, address)];
      const id = newSecret(16).toString('base64url');
      const claims = [clock.nowMs() + sessionMs, id, name, person ? markOf(person) : ''].join('~');
      return { value: `${claims}~${sign(claims)}`, maxAgeS: sessionMs / 1_000 };
    },
    async logout({ headers }) {
      const claims = claimsIn(headers);
      if (claims) await people.endSession({ id: claims.id, untilMs: claims.untilMs });
    },
  };
}

/** An access in whose place another one can come while callers are let in by it. */
export function followingAccess(first: Access): Access & { follow(next: Access): void } {
  let now = first;
  return {
    get tokenNeeded() {
      return now.tokenNeeded;
    },
    check: (caller) => now.check(caller),
    login: (token, caller) => now.login(token, caller),
    logout: (caller) => now.logout(caller),
    follow(next) {
      now = next;
    },
  };
}

/** Changes with the token, and when somebody of the same name is added anew. */
const markOf = ({ tokenHash, addedMs }: Person) =>
  createHash('sha256').update(`${tokenHash} ${addedMs}`).digest('base64url').slice(0, 16);

const whoIs = ({ name, role }: Person): Who => ({ role, name, person: name });
const roleOf = (right: Right): Role => (right === 'change' ? 'admin' : 'viewer');

function cookieOf(headers: IncomingHttpHeaders): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === sessionCookie) return value;
  }
  return undefined;
}
