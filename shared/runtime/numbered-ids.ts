import { randomBytes } from 'node:crypto';

/**
 * Generates unique ids for objects that are created thousands of times a second and seldom named: a random part, new
 * for each call and thus for each process, and a counter. A UUID would consist of twenty concatenated strings until it
 * is read, half a kilobyte each.
 */
export function numberedIds(): () => string {
  const random = randomBytes(12).toString('hex');
  let count = 0;
  return () => `${random}-${++count}`;
}
