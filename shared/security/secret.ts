import { randomBytes } from 'node:crypto';

/** Returns random bytes that nobody can guess, for keys, tokens and salts. They never come from an injected source. */
export function newSecret(bytes: number): Buffer {
  return randomBytes(bytes);
}
