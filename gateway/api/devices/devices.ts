import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { plainName } from '../../../shared/contract/topics.ts';
import { DeviceAccount } from '../../../shared/devices/account.ts';
import { effectiveRights } from '../../../shared/devices/rights.ts';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DeviceAdmin, DeviceChanger } from '../../ports/devices/devices.ts';

const Optional = Type.Optional;
const Time = Type.Number({ description: 'ms since 1970' });
const User = Type.String({ ...plainName });
const Who = {
  by: Optional(
    Type.String({ maxLength: 100, description: 'who asks for it; the caller’s address if absent' }),
  ),
  note: Optional(Type.String({ maxLength: 500, description: 'why' })),
};
const { passwordHash, certificate, ...ofAccount } = DeviceAccount.properties;
const Shown = Type.Object({
  ...ofAccount,
  certificate,
  rights: Type.Object(
    { publish: Type.Array(Type.String()), subscribe: Type.Array(Type.String()) },
    { description: 'the topic filters that are in force for it' },
  ),
  hasSecret: Type.Boolean({ description: 'it may sign in by a password; the secret itself is kept nowhere' }),
  from: Type.String({ description: 'gateway: added here; cloud: wanted by the cloud' }),
  problem: Optional(Type.String({ description: 'why it is not in force; absent if it is' })),
  addedMs: Time,
  changedMs: Time,
  by: Type.String({ description: 'who added or changed it last' }),
  note: Optional(Type.String()),
});
const Revoked = Type.Object({
  user: Type.String(),
  atMs: Time,
  by: Type.String(),
  address: Type.String(),
  note: Optional(Type.String()),
});
const Adding = Type.Object(
  { devices: Type.Array(DeviceAccount, { minItems: 1, maxItems: 1_000 }), ...Who },
  { additionalProperties: false },
);
const Rotation = Type.Object({ passwordHash, certificate, ...Who }, { additionalProperties: false });
const Revocation = Type.Object(
  { users: Type.Array(User, { minItems: 1, maxItems: 1_000 }), ...Who },
  { additionalProperties: false },
);
const UserParam = Type.Object({ user: Type.String({ maxLength: 64 }) });
const addBytesMax = 1 << 20;

/** `GET`, `POST` and `DELETE /api/devices`, `POST /api/devices/{user}/rotate`. */
export function deviceRoutes(app: FastifyInstance, devices: DeviceAdmin): void {
  app.get(
    '/api/devices',
    {
      schema: {
        summary: 'Accounts of devices, with their rights, and the latest that were revoked',
        response: answers(
          'by name; the revoked ones newest first',
          Type.Object({ devices: Type.Array(Shown), revoked: Type.Array(Revoked) }),
        ),
      },
    },
    () => ({
      devices: devices.list().map((device) => ({ ...device, rights: effectiveRights(device) })),
      revoked: devices.revoked(),
    }),
  );
  app.post<{ Body: Static<typeof Adding> }>(
    '/api/devices',
    {
      bodyLimit: addBytesMax,
      schema: {
        summary: 'Add accounts of devices, all or none',
        description:
          'With the hash of the secret, and not the secret, so that nothing that could be overheard or logged opens anything. In force and on disk when it is answered; it is logged with who and from where.',
        body: Adding,
        response: answers('how many', Type.Object({ added: Type.Integer({ minimum: 0 }) })),
      },
    },
    async (request) => {
      await refusals(() => devices.add(request.body.devices, whoOf(request)));
      return { added: request.body.devices.length };
    },
  );
  app.post<{ Params: Static<typeof UserParam>; Body: Static<typeof Rotation> }>(
    '/api/devices/:user/rotate',
    {
      schema: {
        summary: 'Replace the secret or the certificate of a device',
        description: 'The one before is worth nothing any more, and its connections are closed.',
        params: UserParam,
        body: Rotation,
        response: answers('that it is replaced', Type.Object({ rotated: Type.Literal(true) })),
      },
    },
    async (request) => {
      const { by: _by, note: _note, ...wanted } = request.body;
      await refusals(() => devices.rotate(request.params.user, wanted, whoOf(request)));
      return { rotated: true as const };
    },
  );
  app.delete<{ Body: Static<typeof Revocation> }>(
    '/api/devices',
    {
      schema: {
        summary: 'Revoke accounts of devices, and close their connections at once',
        body: Revocation,
        response: answers(
          'those that were revoked, and names that no device has',
          Type.Object({ revoked: Type.Array(Type.String()), unknown: Type.Array(Type.String()) }),
        ),
      },
    },
    (request) => refusals(() => devices.revoke(request.body.users, whoOf(request))),
  );
}

function whoOf({ body, ip }: FastifyRequest<{ Body: { by?: string; note?: string } }>): DeviceChanger {
  return { by: body.by ?? ip, address: ip, ...(body.note !== undefined && { note: body.note }) };
}

const statuses: Readonly<Record<string, number>> = {
  DEVICES_INVALID: 400,
  DEVICES_EXIST: 409,
  DEVICES_TOO_MANY: 409,
  DEVICES_UNKNOWN: 404,
};

async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = error instanceof HarbingerError ? statuses[error.code] : undefined;
    throw status === undefined
      ? error
      : new HttpError(status, (error as HarbingerError).code, (error as Error).message);
  }
}
