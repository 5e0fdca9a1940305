import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from './lock.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(dir, 'lock');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

test('names its holder, keeps others out, and goes when it is released', async () => {
  const release = await takeLock(path);
  expect(await readlink(path)).toMatch(new RegExp(`^${process.pid}( |$)`));
  await expect(takeLock(path)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED', retry: false });
  await expect(takeLock(path)).rejects.toThrow(String(process.pid));
  await release();
  expect(await readdir(dir)).toEqual([]);
});

test('of a process that is gone is taken over', async () => {
  await symlink(String(deadPid()), path);
  const release = await takeLock(path);
  expect(await readdir(dir)).toEqual(['lock']);
  await release();
});

test('of a process that is gone and whose pid lives again is taken over', async (context) => {
  const release = await takeLock(path);
  const own = await readlink(path);
  await release();
  // Only where the system tells when a process began can the two be told apart.
  if (!own.includes(' ')) context.skip();
  await symlink(
    own.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    path,
  );
  await (await takeLock(path))();
});

test('written as a plain file, where there are no symbolic links, counts the same', async () => {
  await writeFile(path, String(process.ppid));
  await expect(takeLock(path)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  await writeFile(path, String(deadPid()));
  await (await takeLock(path))();
});

test('of several who find it stale, one gets it', async () => {
  await symlink(String(deadPid()), path);
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path)));
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
});
