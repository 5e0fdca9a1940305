import { randomBytes } from 'node:crypto';

/**
 * Unique ids for what is made thousands of times a second and seldom named: a random part, new with each call and so
 * with each process, and a running number. A UUID is a chain of twenty pieces of text until somebody reads it, half a kilobyte.
 */
export function numberedIds(): () => string {
  const random = randomBytes(12).toString('hex');
  let count = 0;
  return () => `${random}-${++count}`;
}
