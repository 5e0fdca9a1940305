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

test('names its holder, excludes others, and disappears when it is released', async () => {
  const release = await take();
  expect(await readlink(path)).toMatch(new RegExp(`^${process.pid}( |$)`));
  await expect(take()).rejects.toThrow(`held by ${process.pid}`);
  await release();
  expect(await readdir(dir)).toEqual([]);
});

test('of a process that has ended is taken over', async () => {
  await symlink(String(deadPid()), path);
  const release = await take();
  expect(await readdir(dir)).toEqual(['lock']);
  await release();
});

test('of a process that has ended and whose pid was reused is taken over', async (context) => {
  const release = await take();
  const own = await readlink(path);
  await release();
  // The two can be distinguished only if the system reports when a process started.
  if (!own.includes(' ')) context.skip('this system does not report when a process started');
  await symlink(
    own.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    path,
  );
  await (await take())();
});

test('of a zombie process is taken over', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux reports zombies');
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [pid] = (await once(shell.stdout, 'data')) as [Buffer];
    await symlink(String(pid).trim(), path);
    await vi.waitFor(async () => (await take())(), { timeout: 10_000 });
  } finally {
    shell.kill('SIGKILL');
  }
});

test('written as a plain file, for lack of symbolic links, is respected too', async () => {
  await writeFile(path, String(process.ppid));
  await expect(take()).rejects.toThrow(`held by ${process.ppid}`);
  await writeFile(path, String(deadPid()));
  await (await take())();
});

test('found stale by several processes goes to one of them', async () => {
  await symlink(String(deadPid()), path);
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
});
