import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { callerOf } from '../../../shared/http/server.ts';
import type { Access, Who } from './access.ts';
import type { Role } from './people-file.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller, once it was let in. */
    who: Who | null;
    /** Whether the caller would still be let in, for answers that go on. */
    isLetIn(): boolean;
  }
}

const ranks: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** Routes that change something, or cost much, with the least role that may call them. Reading is for all. */
export const roleOfRoute: Readonly<Record<string, Role>> = {
  'POST /api/query': 'viewer',
  'POST /api/alerts/close': 'operator',
  'POST /api/alerts/close-many': 'operator',
  'POST /api/alerts/work': 'operator',
  'POST /api/outcomes': 'operator',
  'POST /api/outcomes/set': 'operator',
  'POST /api/notifications/redrive': 'operator',
  'POST /api/notifications/test': 'operator',
  'POST /api/fleet': 'operator',
  'DELETE /api/fleet': 'operator',
  'POST /api/machines/log': 'operator',
  'POST /api/machines/retire': 'admin',
  'POST /api/machines/rename': 'admin',
  'POST /api/machines/delete': 'admin',
  'POST /api/gateways/retire': 'admin',
  'POST /api/gateways/rename': 'admin',
  'POST /api/gateways/delete': 'admin',
  'POST /api/models': 'admin',
  'DELETE /api/models/:name/:version': 'admin',
  'POST /api/models/training': 'admin',
  'POST /api/quarantine/redrive': 'admin',
  'POST /api/columns/free': 'admin',
  'POST /api/retention/run': 'admin',
  'POST /api/backup': 'admin',
  'GET /api/configuration/changes': 'admin',
  'POST /api/configuration/reload': 'admin',
  'GET /api/people': 'admin',
  'POST /api/people': 'admin',
  'DELETE /api/people': 'admin',
};

/** The least role for documents of a kind: overrides are daily work, and whatever else gateways follow is not. */
export const roleOfKind = (kind: string): Role => (kind === 'overrides' ? 'operator' : 'admin');

/** The least role for a route: a change that is not in the table is for admins. */
export function roleFor(method: string, path: string): Role {
  const reads = method === 'GET' || method === 'HEAD';
  return roleOfRoute[`${method === 'HEAD' ? 'GET' : method} ${path}`] ?? (reads ? 'viewer' : 'admin');
}

/** Properties of bodies in which callers say who they are. */
export const namingProperties = ['by', 'who'] as const;

/** Lets callers of all routes of `app` in by their role, and notes who they are. Those with a name of their own have no other. */
export function guardByRole(app: FastifyInstance, access: Access): void {
  app.decorateRequest('who', null);
  app.decorateRequest('isLetIn', function (this: FastifyRequest) {
    try {
      access.check(callerOf(this));
      return true;
    } catch {
      return false;
    }
  });
  app.addHook('onRequest', async (request) => {
    request.who = access.check(callerOf(request));
    refuseBelow(request.who, roleFor(request.method, request.routeOptions.url ?? ''));
  });
  app.addHook('preValidation', async (request) => {
    const { who, body, routeOptions } = request;
    const { properties } = (routeOptions.schema?.body ?? {}) as { properties?: object };
    if (who?.person === undefined || typeof body !== 'object' || body === null) return;
    for (const name of namingProperties)
      if (name in (properties ?? {})) (body as Record<string, unknown>)[name] = who.person;
  });
}

/** @throws HttpError 403 API_READ_ONLY for viewers, 403 API_ROLE */
export function refuseBelow(who: Who | null, needed: Role): void {
  const role = who?.role ?? 'viewer';
  if (ranks[role] >= ranks[needed]) return;
  if (who?.person === undefined)
    throw new HttpError(403, 'API_READ_ONLY', 'this token is for reading; a change needs the other one');
  throw new HttpError(403, 'API_ROLE', `'${who.person}' has the role ${role}, and this needs ${needed}`);
}
