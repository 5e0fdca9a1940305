import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import { FairTurns } from './fair-turns.ts';
import { networkOf } from './network-of.ts';
import { verifyPassword } from './passwords.ts';
import { newSecret } from './secret.ts';
import { Throttle, throttleSourceOf } from './throttle.ts';

/**
 * `throttled`: too many failures under this name from this address. `busy`: too many slow hashes are being computed or
 * wait for that.
 */
export type PasswordVerdict = 'accepted' | 'refused' | 'throttled' | 'busy';

/** The password of one name, in plain text or as a hash. */
export interface KnownPassword {
  password?: string;
  passwordHash?: string;
}

/** Limits of slow hashes, each of which takes about 50 ms of one core and 16 MiB, in the thread pool of disk access. */
export interface HashLimits {
  atOnceMax: number;
  waitingMax: number;
}

interface Entry {
  passwordHash: string | undefined;
  /** Keyed digest of the right password; null for a hash until the right password was presented. */
  digest: Buffer | null;
}

/**
 * Checks passwords by name. A password is verified against its slow hash once; after that it is compared with a digest
 * under a key that only this process has, so that a thousand reconnecting clients do not cost a thousand slow hashes.
 * Guessing is throttled by name and address: failures of others behind the same address do not count, and a name that
 * has been accepted from there before is accepted with the right password even while it is throttled.
 */
export class PasswordCheck {
  private readonly key = newSecret(32);
  private readonly entries = new Map<string, Entry>();
  private readonly throttle: Throttle;
  private readonly verify: typeof verifyPassword;
  /** Verifications in progress, by name and digest, so that concurrent attempts with the same password share one. */
  private readonly inProgress = new Map<string, Promise<PasswordVerdict>>();
  private readonly turns: FairTurns;

  /** @param verify replaceable by tests */
  constructor(clock: Clock, limits: HashLimits, verify = verifyPassword) {
    this.throttle = new Throttle(clock);
    this.turns = new FairTurns(limits);
    this.verify = verify;
  }

  add(name: string, { password, passwordHash }: KnownPassword): void {
    const digest = password === undefined ? null : this.digest(Buffer.from(password));
    this.entries.set(name, { passwordHash, digest });
  }

  async check(name: string, password: Buffer, address: string): Promise<PasswordVerdict> {
    const entry = this.entries.get(name);
    const source = throttleSourceOf(address, entry && name);
    const given = this.digest(password);
    if (this.throttle.waitMs(source) > 0) {
      const trusted = entry?.digest && this.throttle.trusted(source) && timingSafeEqual(entry.digest, given);
      return trusted ? 'accepted' : 'throttled';
    }
    const verdict = entry
      ? await this.compare(name, entry, password, { given, network: networkOf(address) })
      : 'refused';
    if (verdict === 'refused') this.throttle.failed(source);
    if (verdict === 'accepted') this.throttle.succeeded(source);
    return verdict;
  }

  /** The password of this name counts no more; a verification in progress has no effect on another one. */
  remove(name: string): void {
    this.entries.delete(name);
  }

  private async compare(
    name: string,
    entry: Entry,
    password: Buffer,
    { given, network }: { given: Buffer; network: string },
  ): Promise<PasswordVerdict> {
    // Once the right password is known, any other one is wrong without computing its hash.
    if (entry.digest) return timingSafeEqual(entry.digest, given) ? 'accepted' : 'refused';
    // With the hash, because a name may be given another password meanwhile.
    const question = `${name} ${entry.passwordHash} ${given.toString('base64')}`;
    const shared = this.inProgress.get(question);
    if (shared) return shared;
    const verdict = this.verified(entry, password, given, network).finally(() =>
      this.inProgress.delete(question),
    );
    this.inProgress.set(question, verdict);
    return verdict;
  }

  private async verified(
    entry: Entry,
    password: Buffer,
    given: Buffer,
    network: string,
  ): Promise<PasswordVerdict> {
    const turn = this.turns.take(network);
    if (turn !== true && !(await turn)) return 'busy';
    try {
      if (!(await this.verify(password, entry.passwordHash ?? ''))) return 'refused';
      entry.digest = given;
      return 'accepted';
    } finally {
      this.turns.release();
    }
  }

  private digest(password: Buffer): Buffer {
    return createHmac('sha256', this.key).update(password).digest();
  }
}
