import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { parsePasswordHash, verifyPassword } from '../../shared/runtime/passwords.ts';
import { sourceOf, Throttle } from '../../shared/runtime/throttle.ts';
import type { GatewayCredentials } from './config.ts';

export type Verdict = 'accepted' | 'refused' | 'throttled' | 'busy';

/** Hashes are slow on purpose and share a thread pool with the disk: guessing must not take all of it. */
const hashesAtOnceMax = 8;

interface KnownGateway {
  passwordHash: string | undefined;
  /** Keyed digest of the right password; of a hash unknown until the right one was presented. */
  digest: Buffer | null;
}

export interface Credentials {
  /**
   * `throttled`: too many failures as that gateway from that address. Failures of others behind the same address do
   * not count, and a gateway that has logged in from there before is let in with the right password nevertheless.
   */
  check(id: string, password: Buffer, address: string): Promise<Verdict>;
}

/** @throws HarbingerError CONFIG_INVALID, PASSWORD_HASH_INVALID */
export function createCredentials(
  gateways: readonly GatewayCredentials[],
  clock: Clock,
  verify = verifyPassword,
): Credentials {
  const key = randomBytes(32);
  const digestOf = (password: Buffer) => createHmac('sha256', key).update(password).digest();
  const known = knownGateways(gateways, digestOf);
  const throttle = new Throttle(clock);
  let hashing = 0;

  async function verified(gateway: KnownGateway, password: Buffer, given: Buffer): Promise<Verdict> {
    // There is one right password: once it is known, another one needs no hash to be wrong.
    if (gateway.digest) return timingSafeEqual(gateway.digest, given) ? 'accepted' : 'refused';
    if (hashing >= hashesAtOnceMax) return 'busy';
    hashing++;
    try {
      if (!(await verify(password, gateway.passwordHash ?? ''))) return 'refused';
      gateway.digest = given;
      return 'accepted';
    } finally {
      hashing--;
    }
  }

  return {
    async check(id, password, address) {
      const gateway = known.get(id);
      const source = sourceOf(address, gateway && id);
      const given = digestOf(password);
      if (throttle.waitMs(source) > 0) {
        const trusted = gateway?.digest && throttle.trusted(source) && timingSafeEqual(gateway.digest, given);
        return trusted ? 'accepted' : 'throttled';
      }
      const verdict = gateway ? await verified(gateway, password, given) : 'refused';
      if (verdict === 'refused') throttle.failed(source);
      if (verdict === 'accepted') throttle.succeeded(source);
      return verdict;
    },
  };
}

function knownGateways(
  gateways: readonly GatewayCredentials[],
  digestOf: (password: Buffer) => Buffer,
): Map<string, KnownGateway> {
  const known = new Map<string, KnownGateway>();
  for (const { id, password, passwordHash } of gateways) {
    if (known.has(id)) throw invalid(`gateway '${id}' is listed twice`);
    if ((password === undefined) === (passwordHash === undefined)) {
      throw invalid(`gateway '${id}' needs either password or passwordHash`);
    }
    if (passwordHash !== undefined) parsePasswordHash(passwordHash);
    const digest = password === undefined ? null : digestOf(Buffer.from(password));
    known.set(id, { passwordHash, digest });
  }
  return known;
}

function invalid(problem: string): HarbingerError {
  return new HarbingerError('CONFIG_INVALID', 'config', `config: [[gateways]]: ${problem}`);
}
