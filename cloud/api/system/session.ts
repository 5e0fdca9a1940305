import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answers, noContent } from '../../../shared/http/openapi.ts';
import { callerOf } from '../../../shared/http/server.ts';
import { type Access, sessionCookie } from '../people/access.ts';

const Login = Type.Object({ token: Type.String({ maxLength: 512 }) }, { additionalProperties: false });

/** Sign-in of the page: exchanges the token for a cookie that scripts cannot read and other sites cannot send. */
export function sessionRoutes(app: FastifyInstance, access: Access): void {
  app.get(
    '/api/session',
    {
      schema: {
        summary: 'Whether the caller is signed in',
        response: answers(
          'the session',
          Type.Object({ tokenNeeded: Type.Boolean(), signedIn: Type.Boolean() }),
        ),
      },
    },
    (request) => ({ tokenNeeded: access.tokenNeeded, signedIn: signedIn(access, request) }),
  );

  app.post<{ Body: Static<typeof Login> }>(
    '/api/session',
    {
      schema: {
        summary: 'Sign in with the token',
        body: Login,
        security: [],
        response: noContent('signed in: the answer sets a cookie'),
      },
    },
    (request, reply) => {
      const { value, maxAgeS } = access.login(request.body.token, callerOf(request));
      reply
        .header('set-cookie', cookie(request, value, maxAgeS))
        .code(204)
        .send();
    },
  );

  app.delete(
    '/api/session',
    {
      schema: {
        summary: 'Sign out',
        response: noContent('the session has ended, also for a copy of its cookie'),
      },
    },
    async (request, reply) => {
      await access.logout(callerOf(request));
      reply
        .header('set-cookie', cookie(request, '', 0))
        .code(204)
        .send();
    },
  );
}

function signedIn(access: Access, request: FastifyRequest): boolean {
  try {
    access.check({ ...callerOf(request), method: 'GET' });
    return true;
  } catch {
    return false;
  }
}

function cookie(request: FastifyRequest, value: string, maxAgeS: number): string {
  const isSealed = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
  const secure = isSealed ? '; Secure' : '';
  return `${sessionCookie}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
}
