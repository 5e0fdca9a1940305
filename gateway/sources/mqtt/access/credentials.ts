import { passwordProblems, repeatedProblems } from '../../../../shared/config/entry-problems.ts';
import { type ConfigProblem, doubtful, refuse } from '../../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../../shared/config/sound-view.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { PasswordCheck } from '../../../../shared/security/password-check.ts';
import type { verifyPassword } from '../../../../shared/security/passwords.ts';
import type { BrokerUser } from '../config.ts';
import { ConnectionRefusal } from '../connection-refusal.ts';

const hashLimits = { atOnceMax: 2, waitingMax: 200 };

/** Checks names and passwords of sensors and other clients. */
export class Credentials {
  private readonly users = new Map<string, BrokerUser>();
  private readonly passwords: PasswordCheck;

  /** @throws ConfigError CONFIG_INVALID, PASSWORD_HASH_INVALID */
  constructor(users: readonly BrokerUser[], clock: Clock, verify?: typeof verifyPassword) {
    this.passwords = new PasswordCheck(clock, hashLimits, verify);
    refuse(userProblems(users));
    for (const user of users) {
      this.passwords.add(user.name, user);
      this.users.set(user.name, user);
    }
  }

  /**
   * Returns the user with this name and password. @throws ConnectionRefusal 'credentials', 'throttled' (too many failures from
   * this address as this user), 'busy'
   */
  async check(name: string, password: Buffer, address: string): Promise<BrokerUser> {
    const verdict = await this.passwords.check(name, password, address);
    if (verdict === 'accepted') return this.users.get(name)!;
    // Only names of the configuration are told: another one may be a password in the wrong place.
    const isKnown = this.users.has(name);
    if (verdict === 'throttled') {
      const who = isKnown ? `user '${name}'` : 'an unknown user';
      const why = `too many wrong passwords of ${who} from this address: correct them, and wait a minute`;
      throw new ConnectionRefusal('throttled', why);
    }
    if (verdict === 'busy')
      throw new ConnectionRefusal('busy', 'too many passwords are being checked; try again', 3);
    const why = isKnown
      ? `wrong password of user '${name}'`
      : 'unknown user: its name is not under [[broker.users]]';
    throw new ConnectionRefusal('credentials', why, 4);
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
