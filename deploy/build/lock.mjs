/**
 * Keeps two builds of one tree apart, so that the second waits for the first and finds its work done. A build is safe
 * without it (each has a folder of its own and is put in place as a whole), so a lock of a process that is gone is simply
 * removed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.mjs';

const pollMs = 100;
const waitMsMax = 300_000;

/**
 * Resolves with what releases the lock.
 * @param {string} path
 * @param {(holder: number) => void} waiting called once if another process holds it
 * @returns {Promise<() => void>}
 */
export async function takeLock(path, waiting) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    if (create(path)) return () => rmSync(path, { force: true });
    const holder = read(path);
    if (holder !== null && !isRunning(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (waitedMs === 0) waiting(Number(holder?.split(' ')[0]));
    if (waitedMs > waitMsMax)
      throw new Problem(
        `another build has held ${path} for ${waitMsMax / 1_000} s (process ${holder}); end it and try again`,
      );
    await delay(pollMs);
  }
}

/** @param {string} path */
function create(path) {
  try {
    writeFileSync(path, identityOf(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Null while it is being written, or when it has just gone.
 * @param {string} path
 */
function read(path) {
  try {
    return readFileSync(path, 'utf8') || null;
  } catch {
    return null;
  }
}

/** @param {string} identity */
function isRunning(identity) {
  const pid = Number(identity.split(' ')[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  return identityOf(pid) === identity;
}

/**
 * The number of a process and, where the system tells, when it began: numbers are given again.
 * @param {number} pid
 */
function identityOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets, which may hold blanks; the start is the 22nd field.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return String(pid);
  }
}

/** @param {unknown} error */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
