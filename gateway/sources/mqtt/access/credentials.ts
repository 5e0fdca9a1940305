import { createHmac, timingSafeEqual } from 'node:crypto';
import { passwordProblems, repeatedProblems } from '../../../../shared/config/entry-problems.ts';
import { type ConfigProblem, refuse } from '../../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../../shared/config/sound-view.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { verifyPassword } from '../../../../shared/security/passwords.ts';
import { newSecret } from '../../../../shared/security/secret.ts';
import { Throttle, throttleSourceOf } from '../../../../shared/security/throttle.ts';
import type { BrokerUser } from '../config.ts';
import { Refusal } from '../refusal.ts';

/** Limits of passwords being checked, and waiting to be: each check takes about 50 ms of one core and 16 MiB. */
const checksAtOnce = 2;
const checksWaitingMax = 200;

interface KnownUser {
  user: BrokerUser;
  /** Keyed digest of the right password; null until it was verified against the hash once. */
  digest: Buffer | null;
}

/**
 * Checks names and passwords. A password is verified against its slow hash once; after that it is compared with a digest
 * under a key that only this process has, so that a thousand reconnecting sensors do not cost a thousand slow hashes.
 */
export class Credentials {
  private readonly key = newSecret(32);
  private readonly users = new Map<string, KnownUser>();
  private readonly throttle: Throttle;
  /** Checks in progress, by user and digest, so that concurrent attempts with the same password share one. */
  private readonly checks = new Map<string, Promise<boolean>>();
  private readonly verify: typeof verifyPassword;
  private running = 0;
  private readonly queue: (() => void)[] = [];

  /** @throws ConfigError CONFIG_INVALID, PASSWORD_HASH_INVALID */
  constructor(users: readonly BrokerUser[], clock: Clock, verify = verifyPassword) {
    this.verify = verify;
    this.throttle = new Throttle(clock);
    refuse(userProblems(users));
    for (const user of users) {
      const digest = user.password === undefined ? null : this.digest(Buffer.from(user.password));
      this.users.set(user.name, { user, digest });
    }
  }

  /**
   * Returns the user with this name and password. @throws Refusal 'credentials', 'throttled' (too many failures from
   * this address as this user), 'busy'
   */
  async check(name: string, password: Buffer, address: string): Promise<BrokerUser> {
    const known = this.users.get(name);
    const source = throttleSourceOf(address, known && name);
    const given = this.digest(password);
    if (this.throttle.waitMs(source) > 0) {
      const trusted = known?.digest && this.throttle.trusted(source) && timingSafeEqual(known.digest, given);
      if (trusted) return known.user;
      throw new Refusal('throttled', 'too many failed attempts from this address; wait a minute');
    }
    const right = known ? await this.matches(known, password, given) : false;
    if (!known || !right) {
      this.throttle.failed(source);
      throw new Refusal('credentials', 'unknown user or wrong password', 4);
    }
    this.throttle.succeeded(source);
    return known.user;
  }

  private async matches(known: KnownUser, password: Buffer, given: Buffer): Promise<boolean> {
    // Once the right password is known, any other is wrong without a check.
    if (known.digest) return timingSafeEqual(known.digest, given);
    const question = `${known.user.name} ${given.toString('base64')}`;
    let answer = this.checks.get(question);
    if (!answer) {
      answer = this.inTurn(() => this.verify(password, known.user.passwordHash!)).finally(() =>
        this.checks.delete(question),
      );
      this.checks.set(question, answer);
    }
    const right = await answer;
    if (right) known.digest = given;
    return right;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < checksAtOnce) this.running += 1;
    else if (this.queue.length >= checksWaitingMax) {
      throw new Refusal('busy', 'too many passwords are being checked; try again', 3);
    } else await new Promise<void>((turn) => this.queue.push(turn));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private digest(password: Buffer): Buffer {
    return createHmac('sha256', this.key).update(password).digest();
  }
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
  );
}
