import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { parsePasswordHash, verifyPassword } from '../../shared/runtime/passwords.ts';
import { sourceOf, Throttle } from '../../shared/runtime/throttle.ts';
import { Refusal } from './aedes-types.ts';
import type { BrokerUser } from './config.ts';

/** Hashes being checked at once, and waiting to be: each costs some 50 ms of a core and 16 MiB. */
const checksAtOnce = 2;
const checksWaitingMax = 200;

interface KnownUser {
  user: BrokerUser;
  /** Keyed digest of the right password; unknown until a hash was checked once. */
  digest: Buffer | null;
}

/**
 * Names and passwords. A hash is checked once: after that the right password is known by a digest under a key that
 * only this process has, so a thousand sensors that reconnect do not cost a thousand hashes.
 */
export class Credentials {
  private readonly key = randomBytes(32);
  private readonly users = new Map<string, KnownUser>();
  private readonly throttle: Throttle;
  /** Checks under way, by user and digest: the same question is asked once. */
  private readonly checks = new Map<string, Promise<boolean>>();
  private readonly verify: typeof verifyPassword;
  private running = 0;
  private readonly queue: (() => void)[] = [];

  /** @throws HarbingerError CONFIG_INVALID, PASSWORD_HASH_INVALID */
  constructor(users: readonly BrokerUser[], clock: Clock, verify = verifyPassword) {
    this.verify = verify;
    this.throttle = new Throttle(clock);
    for (const user of users) {
      if (this.users.has(user.name)) throw invalid(`two users are called '${user.name}'`);
      if ((user.password === undefined) === (user.passwordHash === undefined)) {
        throw invalid(`user '${user.name}' needs either password or passwordHash`);
      }
      if (user.passwordHash !== undefined) parsePasswordHash(user.passwordHash);
      const digest = user.password === undefined ? null : this.digest(Buffer.from(user.password));
      this.users.set(user.name, { user, digest });
    }
  }

  /**
   * The user of that name and password.
   * @throws Refusal 'credentials', 'throttled' (too many failures from that address as that user), 'busy'
   */
  async check(name: string, password: Buffer, address: string): Promise<BrokerUser> {
    const known = this.users.get(name);
    const source = sourceOf(address, known && name);
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
    // A hash has one right password: once it is known, another one needs no check to be wrong.
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

function invalid(problem: string): HarbingerError {
  return new HarbingerError('CONFIG_INVALID', 'config', `broker.users: ${problem}`);
}
