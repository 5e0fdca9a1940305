import { parse } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot, packageRootAbove } from './paths.ts';

it('the package is found from a folder in it, and what is in none is an error', () => {
  expect(packageRootAbove(import.meta.dirname)).toBe(packageRoot);
  const { root } = parse(packageRoot);
  expect(() => packageRootAbove(root)).toThrow(`no package.json is in ${root} or above it`);
});
