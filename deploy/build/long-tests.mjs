/** The files of the long tests, so that `npm run test:long` loads no other file to learn that it has none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathsOf } from './inputs.mjs';
import { tests } from './targets.mjs';

/** A test says so in its own file. */
export const longTag = /tags: \['long'\]/;

/** @param {string} root */
export function longTests(root) {
  const all = pathsOf(root, { ...tests, files: [], isInput: (path) => path.endsWith('.test.ts') });
  return all.filter((path) => longTag.test(readFileSync(join(root, path), 'utf8')));
}
