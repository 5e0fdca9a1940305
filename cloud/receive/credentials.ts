import { createHmac, timingSafeEqual } from 'node:crypto';
import { passwordProblems, repeatedProblems } from '../../shared/config/entry-problems.ts';
import { type ConfigProblem, refuse } from '../../shared/config/problem.ts';
import { eachSound, rules } from '../../shared/config/sound-view.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { verifyPassword } from '../../shared/security/passwords.ts';
import { newSecret } from '../../shared/security/secret.ts';
import { Throttle, throttleSourceOf } from '../../shared/security/throttle.ts';
import type { GatewayCredentials } from './config.ts';

export type Verdict = 'accepted' | 'refused' | 'throttled' | 'busy';

/** Hashes are slow by design and share a thread pool with disk access: password guessing must not fill it. */
const hashesAtOnceMax = 8;

interface KnownGateway {
  passwordHash: string | undefined;
  /** Keyed digest of the right password; null for a configured hash until the right password was presented. */
  digest: Buffer | null;
}

export interface Credentials {
  /**
   * Checks a password. `throttled` means too many failures as that gateway from that address. Failures of others behind
   * the same address do not count, and a gateway that has logged in from there before gets in with the right password
   * even while throttled. `busy` means that too many hashes are being computed.
   */
  check(id: string, password: Buffer, address: string): Promise<Verdict>;
}

/** @throws ConfigError CONFIG_INVALID, PASSWORD_HASH_INVALID */
export function createCredentials(
  gateways: readonly GatewayCredentials[],
  clock: Clock,
  verify = verifyPassword,
): Credentials {
  const key = newSecret(32);
  const digestOf = (password: Buffer) => createHmac('sha256', key).update(password).digest();
  const known = knownGateways(gateways, digestOf);
  const throttle = new Throttle(clock);
  let hashing = 0;

  async function verified(gateway: KnownGateway, password: Buffer, given: Buffer): Promise<Verdict> {
    // Once the right password is known, any other one is wrong without computing its hash.
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
      const source = throttleSourceOf(address, gateway && id);
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
  refuse(credentialProblems(gateways));
  const known = new Map<string, KnownGateway>();
  for (const { id, password, passwordHash } of gateways) {
    const digest = password === undefined ? null : digestOf(Buffer.from(password));
    known.set(id, { passwordHash, digest });
  }
  return known;
}

/** Finds gateways that are listed twice, and passwords that are missing or malformed. */
export function credentialProblems(gateways: readonly GatewayCredentials[]): ConfigProblem[] {
  return rules(
    () =>
      repeatedProblems(
        gateways,
        (_, i) => `gateways[${i}].id`,
        ({ id }) => id,
      ),
    () => eachSound(gateways, (gateway, i) => passwordProblems(gateway, `gateways[${i}]`)),
  );
}
