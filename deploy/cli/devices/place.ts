import { userInfo } from 'node:os';
import type { ShownDocument } from '../../../cloud/ports/fleet/fleet.ts';
import type { ListedDevice, RevokedDevice } from '../../../gateway/ports/devices/devices.ts';
import type { DeviceAccount } from '../../../shared/devices/account.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { type Endpoint, findEndpoint, request } from '../http-client.ts';
import type { ReachOptions } from '../options.ts';

export interface PlaceOptions extends ReachOptions {
  gateway?: string;
  by?: string;
  note?: string;
}

/** `state` says whether it is in force, in words. */
export type ShownDevice = Omit<ListedDevice, 'addedMs'> & { state: string };

type SigningIn = Pick<DeviceAccount, 'passwordHash' | 'certificate'>;

/** Where accounts are kept: at a gateway, or at a cloud for one of its gateways. */
export interface DevicePlace {
  list(): Promise<{ devices: ShownDevice[]; revoked?: RevokedDevice[] }>;
  add(accounts: readonly DeviceAccount[]): Promise<void>;
  rotate(user: string, by: SigningIn): Promise<void>;
  revoke(users: readonly string[]): Promise<{ revoked: string[]; unknown: string[] }>;
}

export function placeOf(options: PlaceOptions): DevicePlace {
  const { gateway, by = userInfo().username, note } = options;
  const who = { by, ...(note !== undefined && { note }) };
  return gateway === undefined
    ? atGateway(findEndpoint('gateway', options), who)
    : atCloud(findEndpoint('cloud', options), gateway, who);
}

interface Who {
  by: string;
  note?: string;
}

/** A gateway takes so many in one request. */
const atOnceMax = 1_000;

function atGateway(endpoint: Endpoint, who: Who): DevicePlace {
  const path = '/api/devices';
  return {
    async list() {
      const answer = await request(endpoint, 'GET', path);
      const { devices, revoked } = answer as { devices: ListedDevice[]; revoked: RevokedDevice[] };
      const shown = devices.map((device) => ({
        ...device,
        state: device.problem === undefined ? 'in force' : `not in force: ${device.problem}`,
      }));
      return { devices: shown, revoked };
    },
    async add(accounts) {
      for (let at = 0; at < accounts.length; at += atOnceMax)
        await request(endpoint, 'POST', path, { devices: accounts.slice(at, at + atOnceMax), ...who });
    },
    async rotate(user, by) {
      await request(endpoint, 'POST', `${path}/${encodeURIComponent(user)}/rotate`, { ...by, ...who });
    },
    async revoke(users) {
      return (await request(endpoint, 'DELETE', path, { users, ...who })) as {
        revoked: string[];
        unknown: string[];
      };
    },
  };
}

const kind = 'accounts';

function atCloud(endpoint: Endpoint, gateway: string, { by, note }: Who): DevicePlace {
  const path = '/api/fleet';
  const wanted = async () => {
    const answer = (await request(endpoint, 'GET', `${path}?kind=${kind}`)) as { documents: ShownDocument[] };
    return answer.documents.filter((document) => document.gateway === gateway);
  };
  const set = (account: object, byDefault: string) =>
    request(endpoint, 'POST', path, { kind, gateway, body: account, who: by, why: note ?? byDefault });
  return {
    list: async () => ({ devices: (await wanted()).map(shownOf) }),
    async add(accounts) {
      const known = new Set((await wanted()).map(({ name }) => name));
      const twice = accounts.find(({ user }) => known.has(user));
      if (twice)
        throw new HarbingerError(
          'USAGE',
          'cli',
          `there is a device '${twice.user}' already: rotate its secret, or revoke it first`,
        );
      for (const account of accounts) await set(account, 'added');
    },
    async rotate(user, signingIn) {
      const document = (await wanted()).find(({ name }) => name === user);
      if (!document)
        throw new HarbingerError('USAGE', 'cli', `the cloud wants no device '${user}' at ${gateway}`);
      const { passwordHash: _, certificate: __, ...rest } = document.body;
      await set({ ...rest, ...signingIn }, 'rotated');
    },
    async revoke(users) {
      const known = new Set((await wanted()).map(({ name }) => name));
      const revoked = [...new Set(users)].filter((user) => known.has(user));
      for (const name of revoked)
        await request(endpoint, 'DELETE', path, { kind, name, gateway, who: by, why: note ?? 'revoked' });
      return { revoked, unknown: users.filter((user) => !known.has(user)) };
    },
  };
}

function shownOf({ body, who, why, askedMs, gateways }: ShownDocument): ShownDevice {
  const { passwordHash, ...account } = body as unknown as DeviceAccount;
  const [standing] = gateways;
  const state = standing?.differs ?? standing?.state ?? 'in-force';
  return {
    ...account,
    ...{ hasSecret: passwordHash !== undefined, from: 'cloud', state: state.replace('in-force', 'in force') },
    ...{ by: who, note: why, changedMs: askedMs },
  };
}
