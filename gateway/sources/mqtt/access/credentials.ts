import { passwordProblems, repeatedProblems } from '../../../../shared/config/entry-problems.ts';
import { type ConfigProblem, doubtful, refuse } from '../../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../../shared/config/sound-view.ts';
import { rightsOfAccount } from '../../../../shared/devices/rights.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { PasswordCheck } from '../../../../shared/security/password-check.ts';
import type { verifyPassword } from '../../../../shared/security/passwords.ts';
import type { DeviceAccounts, PresentedCertificate } from '../../../ports/devices/devices.ts';
import type { BrokerUser } from '../config.ts';
import { ConnectionRefusal } from '../connection-refusal.ts';
import type { Grants } from './grants.ts';

const hashLimits = { atOnceMax: 2, waitingMax: 200 };

/** A user of the configuration, or the account of a device. */
export type Admitted = Grants & { name: string };

/** @param revoked those among the users who were devices, and have no account any more */
type Listener = (users: readonly string[], revoked: readonly string[]) => void;

/** Without accounts of devices. */
const noDevices: DeviceAccounts = {
  find: () => null,
  byCertificate: () => null,
  users: () => [],
  onChange: () => undefined,
};

/** Checks names and passwords of sensors and other clients. */
export class Credentials {
  private users: ReadonlyMap<string, BrokerUser> = new Map();
  private readonly passwords: PasswordCheck;
  private readonly devices: DeviceAccounts;
  private readonly listeners: Listener[] = [];

  /** @throws ConfigError CONFIG_INVALID, PASSWORD_HASH_INVALID */
  constructor(
    users: readonly BrokerUser[],
    clock: Clock,
    { verify, devices = noDevices }: { verify?: typeof verifyPassword; devices?: DeviceAccounts } = {},
  ) {
    this.passwords = new PasswordCheck(clock, hashLimits, verify);
    this.devices = devices;
    refuse(userProblems(users));
    this.users = new Map(users.map((user) => [user.name, user]));
    for (const user of users) this.passwords.add(user.name, user);
    this.learn([...devices.users()]);
    devices.onChange((changed) => {
      this.learn(changed);
      const meant = changed.filter((name) => !this.users.has(name));
      const revoked = meant.filter((name) => devices.find(name) === null);
      for (const listener of this.listeners) listener(meant, revoked);
    });
  }

  /** Takes these users of the configuration in place of those before. @throws ConfigError CONFIG_INVALID, PASSWORD_HASH_INVALID */
  take(users: readonly BrokerUser[]): void {
    refuse(userProblems(users));
    const before = this.users;
    this.users = new Map(users.map((user) => [user.name, user]));
    const names = [...new Set([...before.keys(), ...this.users.keys()])];
    const changed = names.filter(
      (name) => JSON.stringify(before.get(name)) !== JSON.stringify(this.users.get(name)),
    );
    for (const name of changed) {
      const user = this.users.get(name);
      this.passwords.remove(name);
      if (user) this.passwords.add(name, user);
    }
    this.learn(changed); // a device that a user had stood before
    for (const listener of this.listeners) listener(changed, []);
  }

  /** Calls it with users who may sign in otherwise, or not at all, from now on. */
  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** The user with this name as it is now; null if there is none. One of the configuration comes before a device. */
  find(name: string): Admitted | null {
    const user = this.users.get(name);
    if (user) return user;
    const device = this.devices.find(name);
    return device && { name, ...rightsOfAccount(device) };
  }

  get isEmpty(): boolean {
    return this.users.size === 0 && [...this.devices.users()].length === 0;
  }

  /**
   * Returns the user with this name and password. @throws ConnectionRefusal 'credentials', 'throttled' (too many failures from
   * this address as this user), 'busy'
   */
  async check(name: string, password: Buffer, address: string): Promise<Admitted> {
    const asked = this.secretOf(name);
    const verdict = await this.passwords.check(name, password, address);
    // While its password was checked, the account may have been revoked, or given another one.
    const user = this.secretOf(name) === asked ? this.find(name) : null;
    if (verdict === 'accepted' && user) return user;
    // Only names of the configuration are told: another one may be a password in the wrong place.
    const isKnown = user !== null;
    if (verdict === 'throttled') {
      const who = isKnown ? `user '${name}'` : 'an unknown user';
      const why = `too many wrong passwords of ${who} from this address: correct them, and wait a minute`;
      throw new ConnectionRefusal('throttled', why);
    }
    if (verdict === 'busy')
      throw new ConnectionRefusal('busy', 'too many passwords are being checked; try again', 3);
    const why = isKnown
      ? `wrong password of user '${name}'`
      : 'unknown user: it is neither under [[broker.users]] nor a device (harbinger devices list)';
    throw new ConnectionRefusal('credentials', why, 4);
  }

  /**
   * Returns the device that has this certificate, which the listener has verified. @param name the user name that it gave, if any
   * @throws ConnectionRefusal 'credentials'
   */
  checkCertificate(certificate: PresentedCertificate, name: string | undefined): Admitted {
    const device = this.devices.byCertificate(certificate);
    const user = device && !this.users.has(device.user) ? this.find(device.user) : null;
    if (user && (name === undefined || name === user.name)) return user;
    const why = user
      ? `the certificate is that of device '${user.name}', and the client gives another name`
      : `no device has the certificate ${certificate.fingerprint}: harbinger devices add NAME --certificate …`;
    throw new ConnectionRefusal('credentials', why);
  }

  private secretOf(name: string): string | undefined {
    const user = this.users.get(name);
    return user ? (user.passwordHash ?? user.password) : this.devices.find(name)?.passwordHash;
  }

  private learn(names: readonly string[]): void {
    for (const name of names) {
      if (this.users.has(name)) continue;
      this.passwords.remove(name);
      const passwordHash = this.devices.find(name)?.passwordHash;
      if (passwordHash !== undefined) this.passwords.add(name, { passwordHash });
    }
  }
}

/** The length that `harbinger config hash-password` demands. Shorter ones are in use, so they are only warned of. */
const passwordLengthMin = 8;

function weakPassword({ password }: BrokerUser, key: string): ConfigProblem[] {
  if (password === undefined || password.length >= passwordLengthMin) return [];
  return [doubtful(key, `${key} has fewer than ${passwordLengthMin} characters, so it is easily guessed`)];
}

/** Reports names that two users share, and passwords that are missing or malformed. @param place of the list */
export function userProblems(users: readonly BrokerUser[], place = 'broker.users'): ConfigProblem[] {
  return rules(
    () =>
      repeatedProblems(
        users,
        (_, i) => `${place}[${i}].name`,
        ({ name }) => name,
      ),
    () => eachSound(users, (user, i) => passwordProblems(user, `${place}[${i}]`)),
    () => eachSound(users, (user, i) => weakPassword(user, `${place}[${i}].password`)),
  );
}
