import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { plainName } from '../../../shared/contract/topics.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import type { People, Person } from './people.ts';
import { Role } from './people-file.ts';

const Name = Type.String({ ...plainName });
const Kind = Type.Union([Type.Literal('user'), Type.Literal('token')], {
  description: 'user: a person; token: a program',
});
const Until = Type.Optional(
  Type.Number({ minimum: 0, description: 'when it ends by itself; ms since 1970' }),
);
const Note = Type.Optional(Type.String({ maxLength: 500 }));
const Shown = Type.Object({
  name: Name,
  kind: Kind,
  role: Role,
  addedMs: Type.Number({ description: 'ms since 1970' }),
  by: Type.String({ description: 'who added or changed it last' }),
  untilMs: Until,
  note: Note,
});
const Asked = Type.Object(
  {
    name: Name,
    kind: Kind,
    role: Role,
    tokenHash: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{43}$',
        form: 'a SHA-256 in base64url',
        description:
          'SHA-256 of the token, in base64url; absent: it keeps its own, and only the rest is changed',
      }),
    ),
    untilMs: Until,
    note: Note,
  },
  { additionalProperties: false },
);
const Revocation = Type.Object(
  { names: Type.Array(Name, { minItems: 1, maxItems: 1_000 }) },
  { additionalProperties: false },
);

type PeopleContext = Pick<RouteContext, 'audit' | 'clock'> & { people: People };

/** `GET /api/people`, `POST /api/people`, `DELETE /api/people`. */
export function peopleRoutes(app: FastifyInstance, { people, ...context }: PeopleContext): void {
  app.get(
    '/api/people',
    {
      schema: {
        summary: 'Users and tokens that may call, with their roles',
        response: answers('by name', Type.Object({ people: Type.Array(Shown) })),
      },
    },
    () => ({ people: people.list().map(shown) }),
  );
  app.post<{ Body: Static<typeof Asked> }>(
    '/api/people',
    {
      schema: {
        summary: 'Add a user or a token, or change one',
        description:
          'With the hash of the token, and not the token. In force and on disk when it is answered. The request and its outcome are recorded in /api/audit.',
        body: Asked,
        response: answers('the user or token', Type.Object({ person: Shown })),
      },
    },
    async (request) => {
      const { name, kind, role } = request.body;
      const about = { action: 'people.set', subject: `${kind} ${name}: ${role}` };
      const set = () => refusals(() => people.set(request.body, request.who?.name ?? ''));
      const person = await audited(context, request, about, set, () => ({ role }));
      return { person: shown(person) };
    },
  );
  app.delete<{ Body: Static<typeof Revocation> }>(
    '/api/people',
    {
      schema: {
        summary: 'Revoke users and tokens: their sessions end at once',
        description: 'The request and its outcome are recorded in /api/audit.',
        body: Revocation,
        response: answers(
          'those that were revoked, and names that nobody has',
          Type.Object({ revoked: Type.Array(Type.String()), unknown: Type.Array(Type.String()) }),
        ),
      },
    },
    (request) => {
      const { names } = request.body;
      const about = { action: 'people.revoke', subject: names.join(', ') };
      return audited(context, request, about, () => refusals(() => people.revoke(names)));
    },
  );
}

const shown = ({ tokenHash: _, ...person }: Person) => person;

const statuses: Readonly<Record<string, number>> = {
  PEOPLE_INVALID: 400,
  PEOPLE_UNKNOWN: 404,
  PEOPLE_TOO_MANY: 409,
};

async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error) ?? '';
    const status = statuses[code];
    throw status === undefined ? error : new HttpError(status, code, messageOf(error));
  }
}
