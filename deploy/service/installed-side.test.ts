import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onlySide, requireSide } from './installed-side.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'installed-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('an installation of one side says so when it is asked for the other', async () => {
  await writeFile(join(root, 'package.json'), '{"harbinger":{"side":"gateway"}}');
  expect(onlySide(root)).toBe('gateway');
  expect(() => requireSide('gateway', root)).not.toThrow();
  expect(() => requireSide('cloud', root)).toThrow(/the gateway alone is installed .*harbinger-cloud/);
});

test('the tree has both sides', () => {
  expect(onlySide()).toBeNull();
  for (const side of ['gateway', 'cloud'] as const) expect(() => requireSide(side)).not.toThrow();
});
