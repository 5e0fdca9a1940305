import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { takeLock } from './process-lock.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(dir, 'lock');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const held = (pid: number | null) => new Error(`held by ${pid}`);
const take = () => takeLock(path, held);
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

test('names its holder, keeps others out, and goes when it is released', async () => {
  const release = await take();
  expect(await readlink(path)).toMatch(new RegExp(`^${process.pid}( |$)`));
  await expect(take()).rejects.toThrow(`held by ${process.pid}`);
  await release();
  expect(await readdir(dir)).toEqual([]);
});

test('of a process that is gone is taken over', async () => {
  await symlink(String(deadPid()), path);
  const release = await take();
  expect(await readdir(dir)).toEqual(['lock']);
  await release();
});

test('of a process that is gone and whose pid lives again is taken over', async (context) => {
  const release = await take();
  const own = await readlink(path);
  await release();
  // Only where the system tells when a process began can the two be told apart.
  if (!own.includes(' ')) context.skip('this system does not tell when a process began');
  await symlink(
    own.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    path,
  );
  await (await take())();
});

test('of a process that has ended and that nobody has waited for is taken over', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux tells');
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [pid] = (await once(shell.stdout, 'data')) as [Buffer];
    await symlink(String(pid).trim(), path);
    await vi.waitFor(async () => (await take())(), { timeout: 10_000 });
  } finally {
    shell.kill('SIGKILL');
  }
});

test('written as a plain file, where there are no symbolic links, counts the same', async () => {
  await writeFile(path, String(process.ppid));
  await expect(take()).rejects.toThrow(`held by ${process.ppid}`);
  await writeFile(path, String(deadPid()));
  await (await take())();
});

test('of several who find it stale, one gets it', async () => {
  await symlink(String(deadPid()), path);
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
});
