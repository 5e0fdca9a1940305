/**
 * Security (shared/security): password hashes, secrets, certificates and keys, a throttle for guesses, loopback
 * addresses. It knows no user and no right; these belong to the broker, to cloud/receive and to the APIs.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { HarbingerError } from '../runtime/errors.ts';
import { newSecret } from './secret.ts';

/**
 * Cost of a new hash: about 16 MiB and some 50 ms on a small computer. It is stored with the hash, so it may be raised
 * later.
 */
const cost = { N: 16_384, r: 8, p: 1 };
const hashBytes = 32;
const saltBytes = 16;
const shape = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{16,128}):([\w-]{16,128})$/;

/**
 * Returns `scrypt:N:r:p:salt:hash`, with salt and hash in base64url: no character that a shell, TOML or an env file
 * would interpret. @param options another cost, for secrets that no person has thought of
 */
export async function hashPassword(password: string, options = cost): Promise<string> {
  const salt = newSecret(saltBytes);
  const hash = await derive(password, salt, hashBytes, options);
  return `scrypt:${options.N}:${options.r}:${options.p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/**
 * True if `stored` was made from `password`. It runs in libuv's thread pool at the cost that the hash specifies, so
 * callers bound how many run at once. @throws HarbingerError PASSWORD_HASH_INVALID if `stored` is not a result of
 * hashPassword
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
      'a password hash does not have the form scrypt:N:r:p:salt:hash; make one with `harbinger config hash-password`',
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
