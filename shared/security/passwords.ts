import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { HarbingerError } from '../runtime/errors.ts';

/** Cost of a new hash: about 16 MiB and some 50 ms on a small computer. Stored with the hash, so it may be raised. */
const cost = { N: 16_384, r: 8, p: 1 };
const hashBytes = 32;
const saltBytes = 16;
const shape = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{16,128}):([\w-]{16,128})$/;

/** `scrypt:N:r:p:salt:hash`, salt and hash in base64url: no character that a shell, TOML or an env file would touch. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, hashBytes, cost);
  return `scrypt:${cost.N}:${cost.r}:${cost.p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/**
 * Whether `password` is the one that `stored` was made from. Costs what the hash says, in libuv's pool: callers bound
 * how many run at once.
 * @throws HarbingerError PASSWORD_HASH_INVALID if `stored` is not what hashPassword gives
 */
export async function verifyPassword(password: string | Buffer, stored: string): Promise<boolean> {
  const { salt, hash, options } = parsePasswordHash(stored);
  return timingSafeEqual(await derive(password, salt, hash.length, options), hash);
}

/** @throws HarbingerError PASSWORD_HASH_INVALID (its message never contains the hash) */
export function parsePasswordHash(stored: string): { salt: Buffer; hash: Buffer; options: typeof cost } {
  const [, N, r, p, salt, hash] = shape.exec(stored) ?? [];
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const powerOfTwo = options.N > 1 && Number.isInteger(Math.log2(options.N));
  if (!salt || !hash || !powerOfTwo || options.r < 1 || options.p < 1 || memoryBytes(options) > 2 ** 28) {
    throw new HarbingerError(
      'PASSWORD_HASH_INVALID',
      'config',
      'a password hash is not of the form scrypt:N:r:p:salt:hash; make one with `harbinger config hash-password`',
    );
  }
  return { salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url'), options };
}

function memoryBytes({ N, r, p }: typeof cost): number {
  return 128 * N * r + 128 * r * p;
}

function derive(
  password: string | Buffer,
  salt: Buffer,
  length: number,
  options: typeof cost,
): Promise<Buffer> {
  const limits: ScryptOptions = { ...options, maxmem: 2 * memoryBytes(options) };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, limits, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
