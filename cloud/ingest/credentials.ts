import { createHash, timingSafeEqual } from 'node:crypto';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { parsePasswordHash, verifyPassword } from '../../shared/runtime/passwords.ts';
import type { GatewayCredentials } from './config.ts';

export type Verdict = 'accepted' | 'refused' | 'busy';

/** Hashes are slow on purpose and share a thread pool with the disk: guessing must not take all of it. */
const hashesAtOnceMax = 8;

/** @throws HarbingerError CONFIG_INVALID, PASSWORD_HASH_INVALID */
export function createCredentials(gateways: readonly GatewayCredentials[]) {
  const known = new Map<string, GatewayCredentials>();
  for (const gateway of gateways) {
    if (known.has(gateway.id)) throw invalid(`gateway '${gateway.id}' is listed twice`);
    if ((gateway.password === undefined) === (gateway.passwordHash === undefined)) {
      throw invalid(`gateway '${gateway.id}' needs either password or passwordHash`);
    }
    if (gateway.passwordHash !== undefined) parsePasswordHash(gateway.passwordHash);
    known.set(gateway.id, gateway);
  }
  let hashing = 0;
  return {
    async check(id: string, password: Buffer): Promise<Verdict> {
      const gateway = known.get(id);
      if (!gateway) return 'refused';
      if (gateway.password !== undefined) return verdict(sameBytes(password, Buffer.from(gateway.password)));
      if (hashing >= hashesAtOnceMax) return 'busy';
      hashing++;
      try {
        return verdict(await verifyPassword(password, gateway.passwordHash ?? ''));
      } finally {
        hashing--;
      }
    },
  };
}
export type Credentials = ReturnType<typeof createCredentials>;

function verdict(same: boolean): Verdict {
  return same ? 'accepted' : 'refused';
}

/** In time that does not depend on where they differ. */
function sameBytes(a: Buffer, b: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function invalid(problem: string): HarbingerError {
  return new HarbingerError('CONFIG_INVALID', 'config', `config: [[gateways]]: ${problem}`);
}
