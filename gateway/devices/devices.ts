/**
 * Accounts of devices (gateway/devices): those that people have added at this gateway, and those that a cloud wants. Sources ask
 * it who may sign in, and with which rights; it knows no protocol. An account is shared/devices, its file devices-file.ts.
 */
import { join } from 'node:path';
import { accountProblem, type DeviceAccount, normalCertificate } from '../../shared/devices/account.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { Exclusive } from '../../shared/runtime/order/exclusive.ts';
import type {
  DeviceAccounts,
  DeviceAdmin,
  DeviceChanger,
  FollowedAccounts,
  KeptDevice,
  ListedDevice,
  PresentedCertificate,
  RevokedDevice,
} from '../ports/devices/devices.ts';
import { type DevicesFile, devicesFile } from './devices-file.ts';

const devicesMax = 10_000;
const revokedMax = 1_000;

export interface DevicesDeps {
  file: DevicesFile;
  /** Names of users of the configuration, which no device can have. */
  reserved(): readonly string[];
  clock: Clock;
  log: Log;
}

export class Devices implements DeviceAdmin, DeviceAccounts, FollowedAccounts {
  private readonly deps: DevicesDeps;
  private readonly exclusive = new Exclusive();
  private readonly listeners: ((users: readonly string[]) => void)[] = [];
  private kept: ReadonlyMap<string, KeptDevice> = new Map();
  private gone: readonly RevokedDevice[] = [];
  /** Accounts that the cloud wants. */
  private wanted: ReadonlyMap<string, KeptDevice> = new Map();
  /** Users by what their certificates are known by. */
  private certificates: ReadonlyMap<string, string> = new Map();

  /** @throws HarbingerError DEVICES_VERSION, DEVICES_UNREADABLE */
  constructor(deps: DevicesDeps) {
    this.deps = deps;
    const saved = deps.file.load();
    this.kept = new Map(saved?.devices.map((device) => [device.user, device]));
    this.gone = saved?.revoked ?? [];
    this.index();
  }

  /** The accounts of a data folder. @throws HarbingerError DEVICES_VERSION, DEVICES_UNREADABLE */
  static in(dataDir: string, { log, ...deps }: Omit<DevicesDeps, 'file'>): Devices {
    return new Devices({ ...deps, log, file: devicesFile(join(dataDir, 'devices.json'), log) });
  }

  find(user: string): DeviceAccount | null {
    return this.kept.get(user) ?? this.wanted.get(user) ?? null;
  }

  byCertificate({ fingerprint, name }: PresentedCertificate): DeviceAccount | null {
    const user =
      this.certificates.get(fingerprint) ??
      (name === undefined ? undefined : this.certificates.get(`CN=${name}`));
    return user === undefined ? null : this.find(user);
  }

  users(): Iterable<string> {
    return new Set([...this.kept.keys(), ...this.wanted.keys()]);
  }

  onChange(listener: (users: readonly string[]) => void): void {
    this.listeners.push(listener);
  }

  list(): ListedDevice[] {
    const reserved = new Set(this.deps.reserved());
    const shown = (from: ListedDevice['from'], { passwordHash, ...device }: KeptDevice): ListedDevice => {
      const isShadowed = reserved.has(device.user);
      const problem = 'a user of the configuration has this name, and is meant by it';
      return { ...device, hasSecret: passwordHash !== undefined, from, ...(isShadowed && { problem }) };
    };
    return [
      ...[...this.kept.values()].map((device) => shown('gateway', device)),
      ...[...this.wanted.values()].map((device) => shown('cloud', device)),
    ].sort((a, b) => (a.user < b.user ? -1 : 1));
  }

  revoked(): RevokedDevice[] {
    return [...this.gone].reverse();
  }

  add(accounts: readonly DeviceAccount[], who: DeviceChanger): Promise<void> {
    return this.exclusive.run(async () => {
      const devices = new Map(this.kept);
      for (const account of accounts) {
        this.refuseUnsound(account);
        const { user } = account;
        if (devices.has(user) || this.wanted.has(user))
          throw refusal(
            'DEVICES_EXIST',
            `there is a device '${user}' already: rotate its secret, or revoke it first`,
          );
        const nowMs = this.deps.clock.nowMs();
        devices.set(user, {
          ...account,
          ...certificateOf(account),
          addedMs: nowMs,
          changedMs: nowMs,
          ...noted(who),
        });
      }
      refuseSharedCertificates([...devices.values(), ...this.wanted.values()]);
      if (devices.size > devicesMax)
        throw refusal(
          'DEVICES_TOO_MANY',
          `a gateway has up to ${devicesMax} devices: revoke those that are gone`,
        );
      await this.keep(
        { devices, revoked: this.gone },
        accounts.map(({ user }) => user),
      );
      this.tell(
        'added',
        accounts.map(({ user }) => user),
        who,
      );
    });
  }

  rotate(
    user: string,
    by: Pick<DeviceAccount, 'passwordHash' | 'certificate'>,
    who: DeviceChanger,
  ): Promise<void> {
    return this.exclusive.run(async () => {
      const known = this.kept.get(user);
      if (!known) throw refusal('DEVICES_UNKNOWN', this.unknownText(user));
      const { passwordHash: _, certificate: __, note: ___, ...rest } = known;
      const device = {
        ...rest,
        ...by,
        ...certificateOf(by),
        changedMs: this.deps.clock.nowMs(),
        ...noted(who),
      };
      this.refuseUnsound(device);
      const devices = new Map(this.kept).set(user, device);
      refuseSharedCertificates([...devices.values(), ...this.wanted.values()]);
      await this.keep({ devices, revoked: this.gone }, [user]);
      this.tell('given another secret or certificate', [user], who);
    });
  }

  revoke(users: readonly string[], who: DeviceChanger): Promise<{ revoked: string[]; unknown: string[] }> {
    return this.exclusive.run(async () => {
      const devices = new Map(this.kept);
      const revoked = [...new Set(users)].filter((user) => devices.delete(user));
      const unknown = users.filter((user) => !revoked.includes(user));
      if (revoked.length === 0) return { revoked, unknown };
      const atMs = this.deps.clock.nowMs();
      const gone = [...this.gone, ...revoked.map((user) => ({ user, atMs, ...who }))].slice(-revokedMax);
      await this.keep({ devices, revoked: gone }, revoked);
      this.tell('revoked', revoked, who);
      return { revoked, unknown };
    });
  }

  /** Why an account that the cloud wants cannot be in force; null if it can. */
  problem(account: DeviceAccount): string | null {
    const unsound = accountProblem(account);
    if (unsound !== null) return unsound;
    const { user } = account;
    if (this.deps.reserved().includes(user))
      return `'${user}' is the name of a user of the gateway's configuration: give the device another name`;
    if (this.kept.has(user))
      return `a device '${user}' was added at the gateway: revoke it there (harbinger devices revoke ${user}), or give this one another name`;
    const certificate = account.certificate && normalCertificate(account.certificate);
    const owner = certificate ? this.certificates.get(certificate) : undefined;
    return owner === undefined || owner === user ? null : `device '${owner}' has this certificate`;
  }

  /** Takes what the cloud wants, in place of what it wanted before. */
  follow(wanted: readonly KeptDevice[]): void {
    const before = this.wanted;
    this.wanted = new Map(wanted.map((device) => [device.user, { ...device, ...certificateOf(device) }]));
    const all = new Set([...before.keys(), ...this.wanted.keys()]);
    const changed = [...all].filter((user) => !isSame(before.get(user), this.wanted.get(user)));
    if (changed.length === 0) return;
    this.index();
    for (const listener of this.listeners) listener(changed);
  }

  private async keep(
    { devices, revoked }: { devices: ReadonlyMap<string, KeptDevice>; revoked: readonly RevokedDevice[] },
    changed: readonly string[],
  ): Promise<void> {
    await this.deps.file.save({ devices: [...devices.values()], revoked: [...revoked] });
    this.kept = devices;
    this.gone = revoked;
    this.index();
    for (const listener of this.listeners) listener(changed);
  }

  private index(): void {
    const all = [...this.wanted.values(), ...this.kept.values()];
    this.certificates = new Map(
      all.flatMap(({ user, certificate }) => (certificate ? [[certificate, user]] : [])),
    );
  }

  private refuseUnsound(account: DeviceAccount): void {
    const problem = accountProblem(account);
    if (problem !== null) throw refusal('DEVICES_INVALID', problem);
    if (this.deps.reserved().includes(account.user))
      throw refusal('DEVICES_EXIST', `'${account.user}' is a user of the configuration; choose another name`);
  }

  private unknownText(user: string): string {
    return this.wanted.has(user)
      ? `device '${user}' is wanted by the cloud: change it there (harbinger devices --gateway …)`
      : `there is no device '${user}'; see \`harbinger devices list\``;
  }

  private tell(what: string, users: readonly string[], { by, address, note }: DeviceChanger): void {
    const named = users.slice(0, 20).join(', ');
    const about = { devices: named, count: users.length, by, address, ...(note !== undefined && { note }) };
    this.deps.log.info(about, `devices: ${what}`);
  }
}

const refusal = (code: string, message: string) => new HarbingerError(code, 'broker', message);

const noted = ({ by, note }: DeviceChanger) => ({ by, ...(note !== undefined && { note }) });

function certificateOf({
  certificate,
}: Pick<DeviceAccount, 'certificate'>): Pick<DeviceAccount, 'certificate'> {
  const normal = certificate === undefined ? null : normalCertificate(certificate);
  return normal === null ? {} : { certificate: normal };
}

function refuseSharedCertificates(devices: readonly DeviceAccount[]): void {
  const owners = new Map<string, string>();
  for (const { user, certificate } of devices) {
    if (certificate === undefined) continue;
    const owner = owners.get(certificate);
    if (owner !== undefined && owner !== user)
      throw refusal('DEVICES_EXIST', `device '${owner}' has the certificate of '${user}': give each its own`);
    owners.set(certificate, user);
  }
}

const isSame = (a: KeptDevice | undefined, b: KeptDevice | undefined) =>
  JSON.stringify(a) === JSON.stringify(b);
