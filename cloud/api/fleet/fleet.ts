/** Routes for what people want of gateways, and how it stands there. */
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { documentLimits, keyOf, shownBody } from '../../../shared/contract/fleet/documents.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { audited } from '../audited.ts';
import type { RouteContext } from '../context.ts';
import { refuseBelow, roleOfKind } from '../people/roles.ts';
import { Name } from '../schemas.ts';

const { nameLengthMax, whoLengthMax, whyLengthMax } = documentLimits;
const Kind = Type.String({ maxLength: 40, description: 'e.g. overrides; see `kinds`' });
const DocumentName = Type.String({
  minLength: 1,
  maxLength: nameLengthMax,
  description: 'which document of its kind',
});
const Gateway = Type.Union([Name], { description: 'absent: for all gateways' });
const Nullable = (schema: ReturnType<typeof Type.Number | typeof Type.String>) =>
  Type.Union([schema, Type.Null()]);

const Standing = Type.Object({
  gateway: Type.String(),
  version: Nullable(Type.Number({ description: 'what it has; null if it has said nothing of it' })),
  state: Nullable(Type.String({ description: 'in-force, ended, removed, unknown or refused' })),
  atMs: Nullable(Type.Number({ description: 'since when, by its clock; ms since 1970' })),
  differs: Nullable(Type.String({ description: 'why it is not as it was asked for; null if it is' })),
});
const Document = Type.Object({
  kind: Type.String(),
  name: Type.String(),
  version: Type.Number({ description: 'grows with each change' }),
  gateway: Type.Optional(Gateway),
  body: Type.Record(Type.String(), Type.Unknown()),
  text: Type.String({ description: 'what it says, in words' }),
  who: Type.String(),
  why: Type.String(),
  askedMs: Type.Number({ description: 'ms since 1970' }),
  untilMs: Type.Optional(Type.Number({ description: 'when it ends by itself; ms since 1970' })),
  isOver: Type.Boolean(),
  gateways: Type.Array(Standing, { description: 'how it stands at each gateway that it is for' }),
});
const KindShown = Type.Object({ kind: Type.String(), about: Type.String() });

const Who = {
  who: Type.Optional(Type.String({ maxLength: whoLengthMax, description: 'who asks for it' })),
  why: Type.String({ minLength: 1, maxLength: whyLengthMax, description: 'for those who meet it' }),
};
const Setting = Type.Object(
  {
    kind: Kind,
    name: Type.Optional(DocumentName),
    gateway: Type.Optional(Gateway),
    body: Type.Record(Type.String(), Type.Unknown()),
    ...Who,
    untilMs: Type.Optional(Type.Number({ minimum: 0, description: 'absent: until it is removed' })),
  },
  { additionalProperties: false },
);
const Removal = Type.Object(
  { kind: Kind, name: DocumentName, gateway: Type.Optional(Gateway), ...Who },
  { additionalProperties: false },
);
const Listing = Type.Object({ kind: Type.Optional(Kind) }, { additionalProperties: false });

type FleetContext = Pick<RouteContext, 'fleet' | 'audit' | 'clock'>;

/** `GET /api/fleet`, `POST /api/fleet`, `DELETE /api/fleet`. */
export function fleetRoutes(app: FastifyInstance, context: FleetContext): void {
  const { fleet } = context;
  app.get<{ Querystring: Static<typeof Listing> }>(
    '/api/fleet',
    {
      schema: {
        summary: 'What is wanted of gateways, and how it stands there',
        querystring: Listing,
        response: answers(
          'the latest first, and the kinds that there are',
          Type.Object({ documents: Type.Array(Document), kinds: Type.Array(KindShown) }),
        ),
      },
    },
    ({ query }) => ({ documents: fleet.list(query.kind), kinds: fleet.kinds() }),
  );
  app.post<{ Body: Static<typeof Setting> }>(
    '/api/fleet',
    {
      schema: {
        summary: 'Want something of one gateway, or of all',
        description:
          'It replaces what was wanted under the same kind, name and gateway; without a name, what is of the same machines and says the same. Durable when it is answered; in force within seconds at gateways that are connected, and later at others. The request and its outcome are recorded in /api/audit.',
        body: Setting,
        response: answers('the document', Type.Object({ document: Document })),
      },
    },
    async (request) => {
      refuseBelow(request.who, roleOfKind(request.body.kind));
      const { who = '', ...asked } = request.body;
      const subject = `${asked.kind}${asked.name === undefined ? '' : `/${asked.name}`} ${JSON.stringify(shownBody(asked.body))}: ${asked.why}${who && ` (${who})`}`;
      const set = () => refusals(() => fleet.set({ ...asked, who }));
      const outcomeOf = ({ version }: { version: number }) => ({ version });
      return { document: await audited(context, request, { action: 'fleet.set', subject }, set, outcomeOf) };
    },
  );
  app.delete<{ Body: Static<typeof Removal> }>(
    '/api/fleet',
    {
      schema: {
        summary: 'Want it no more',
        description: 'The request and its outcome are recorded in /api/audit.',
        body: Removal,
        response: answers('that it is removed', Type.Object({ removed: Type.Literal(true) })),
      },
    },
    (request) => {
      refuseBelow(request.who, roleOfKind(request.body.kind));
      const { who = '', why, ...name } = request.body;
      const about = { action: 'fleet.remove', subject: `${keyOf(name)}: ${why}${who && ` (${who})`}` };
      return audited(context, request, about, async () => {
        await refusals(() => fleet.remove(name, { who, why }));
        return { removed: true as const };
      });
    },
  );
}

const statuses: Readonly<Record<string, number>> = {
  FLEET_INVALID: 400,
  FLEET_CHANGED: 409,
  FLEET_TOO_MANY: 409,
  FLEET_NOT_WANTED: 404,
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
