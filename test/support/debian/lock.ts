import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const waitMsMax = 300_000;
const pollMs = 100;

/** Runs `work` while no other process on this machine holds the lock. The lock of a process that died is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; !take(path); waitedMs += pollMs) {
    if (waitedMs > waitMsMax) throw new Error(`${path} has been held by another process for too long`);
    await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isAbandoned(path)) return false;
    rmSync(path, { force: true });
    return false;
  }
}

function isAbandoned(path: string): boolean {
  try {
    const holder = Number(readFileSync(path, 'utf8'));
    if (!(holder > 0)) return false; // just created, and its process id is not written yet
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
