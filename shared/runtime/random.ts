import { randomBytes } from 'node:crypto';

/** A source of randomness: the system's in production, a seeded one in simulations and training. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

export const systemRandom: Random = {
  next: () => randomBytes(4).readUInt32LE() / 2 ** 32,
};

/** Returns `bytes` random bytes in hexadecimal, as a name of something new. Secrets come from shared/security. */
export function randomHex(random: Random, bytes: number): string {
  const byte = () => Math.floor(random.next() * 256);
  return Array.from({ length: bytes }, () => byte().toString(16).padStart(2, '0')).join('');
}

/** Mulberry32 (Tommy Ettinger, public domain): small, fast, repeatable; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** Standard normal deviate (Box–Muller). */
export function gaussian(random: Random): number {
  const u = 1 - random.next();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.next());
}
