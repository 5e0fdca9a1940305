import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { identityOf } from './process-identity.mjs';
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
  const release = take();
  expect(await readlink(path)).toMatch(new RegExp(`^${process.pid}( |$)`));
  expect(take).toThrow(`held by ${process.pid}`);
  release();
  expect(await readdir(dir)).toEqual([]);
});

test('of a process that has ended is taken over', async () => {
  await symlink(String(deadPid()), path);
  const release = take();
  expect(await readdir(dir)).toEqual(['lock']);
  release();
});

test('of a process that has ended and whose pid was reused is taken over', async (context) => {
  const release = take();
  const own = await readlink(path);
  release();
  // The two can be distinguished only if the system reports when a process started.
  if (!own.includes(' ')) context.skip('this system does not report when a process started');
  await symlink(
    own.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    path,
  );
  take()();
});

test('of a zombie process is taken over', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux reports zombies');
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [pid] = (await once(shell.stdout, 'data')) as [Buffer];
    await symlink(String(pid).trim(), path);
    await vi.waitFor(() => take()(), { timeout: 10_000 });
  } finally {
    shell.kill('SIGKILL');
  }
});

test('written as a plain file, for lack of symbolic links, is respected too', async () => {
  await writeFile(path, identityOf(process.ppid));
  expect(take).toThrow(`held by ${process.ppid}`);
  await writeFile(path, String(deadPid()));
  take()();
});

const module = JSON.stringify(import.meta.resolve('./lock-file.mjs'));

test('whose next holder was killed while taking it over is taken over too', async () => {
  await symlink(String(deadPid()), path);
  const killed = `
    import { createRequire, syncBuiltinESMExports } from 'node:module';
    const disk = createRequire(import.meta.url)('node:fs');
    disk.renameSync = () => process.kill(process.pid, 'SIGKILL');
    syncBuiltinESMExports();
    const { tryLock } = await import(${module});
    tryLock(${JSON.stringify(path)});`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', killed], { cwd: dir });
  expect(signal).toBe('SIGKILL');
  expect((await readdir(dir)).length).toBeGreaterThan(1);
  take()();
  const left = await readdir(dir);
  expect(left.filter((name) => !name.endsWith('.tmp'))).toEqual([]);
});

test('found stale by several goes to one of them, however their steps interleave', {
  timeout: 60_000,
}, async () => {
  const [contenders, rounds] = [4, 200];
  const random = seededRandom(41);
  // The round; those that took the lock; and for each contender whether it waits for its turn (1), may go on (0), or
  // has ended its round (2).
  const words = new Int32Array(new SharedArrayBuffer(4 * (2 + contenders)));
  // Every access to the disk is a step, for which a contender waits until it is its turn.
  const contend = `
    const { parentPort, workerData: { words, own, path, rounds } } = require('node:worker_threads');
    const disk = require('node:fs');
    for (const name of ['readlinkSync', 'renameSync', 'rmSync', 'symlinkSync']) {
      const original = disk[name];
      disk[name] = (...args) => {
        say(1);
        Atomics.wait(words, own, 1);
        return original(...args);
      };
    }
    require('node:module').syncBuiltinESMExports();
    const say = (state) => {
      Atomics.store(words, own, state);
      Atomics.notify(words, own);
    };
    import(${module}).then(({ tryLock }) => {
      parentPort.postMessage('ready');
      for (let round = 1; round <= rounds; round++) {
        Atomics.wait(words, 0, round - 1);
        if ('release' in tryLock(path)) Atomics.add(words, 1, 1);
        say(2);
        Atomics.wait(words, own, 2);
      }
    });`;
  const slots = Array.from({ length: contenders }, (_, i) => 2 + i);
  const workers = slots.map(
    (own) => new Worker(contend, { eval: true, workerData: { words, own, path, rounds } }),
  );
  const stateOf = (slot: number) => {
    Atomics.wait(words, slot, 0, 30_000);
    return Atomics.load(words, slot);
  };
  const letGo = (slot: number) => {
    Atomics.store(words, slot, 0);
    Atomics.notify(words, slot);
  };
  const dead = String(deadPid());
  const winners: number[] = [];
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    for (let round = 1; round <= rounds; round++) {
      await symlink(dead, path);
      Atomics.store(words, 1, 0);
      Atomics.store(words, 0, round);
      Atomics.notify(words, 0);
      for (;;) {
        const waiting = slots.filter((slot) => stateOf(slot) === 1);
        if (waiting.length === 0) break;
        letGo(waiting[Math.floor(random.next() * waiting.length)]!);
      }
      winners.push(Atomics.load(words, 1));
      await rm(path, { force: true });
      slots.forEach(letGo);
    }
    expect(new Set(winners)).toEqual(new Set([1]));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});
