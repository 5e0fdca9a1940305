/**
 * Lets one build of a tree run at a time: the second waits for the first and then finds everything built. Builds are
 * safe without the lock (each uses its own folder, which is moved into place as a whole), so the lock of a process that
 * no longer runs is simply removed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.mjs';

const pollMs = 100;
const waitMsMax = 300_000;

/**
 * Waits for the lock; resolves to a function that releases it.
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
 * Reads the holder of the lock; null if the file is being written or was just removed.
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
 * Process id and, if the system provides it, start time of a process, because process ids are reused.
 * @param {number} pid
 */
function identityOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, which may contain blanks; the start time is the 22nd field.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return String(pid);
  }
}

/** @param {unknown} error */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
