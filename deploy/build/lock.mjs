/**
 * Lets one build of a tree run at a time: the second waits for the first and then finds everything built. The lock is a
 * symbolic link that names its holder: it is made and filled in one step, so it is never empty, and it needs no room on a
 * full disk. The lock of a process that no longer runs is moved away, and put back if another process had already
 * replaced it. Shared code has the same (shared/files/process-lock.ts); this file must run before anything is compiled.
 */
import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
      moveAway(path, holder);
      continue;
    }
    if (waitedMs === 0 && holder !== null) waiting(pidOf(holder));
    if (waitedMs > waitMsMax)
      throw new Problem(
        `another build has held ${path} for ${waitMsMax / 1_000} s (process ${holder}); end it and try again`,
      );
    await delay(pollMs);
  }
}

/** @param {string} path */
function create(path, content = identityOf(process.pid)) {
  try {
    symlinkSync(content, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // A file system without links: there the lock may be empty for a moment, and counts as stale.
    if (!['EPERM', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')) throw error;
  }
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a stale lock, unless another process has replaced it meanwhile: then it is put back.
 * @param {string} path
 * @param {string} stale
 */
function moveAway(path, stale) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved !== null && moved !== stale) create(path, moved);
  rmSync(aside, { force: true });
}

/**
 * Reads the holder of a lock; null if the lock was just removed. Locks of earlier versions are files.
 * @param {string} path
 */
function read(path) {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
  }
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} identity */
export function pidOf(identity) {
  return Number(identity.split(' ', 1)[0]);
}

/** @param {string} identity */
function isRunning(identity) {
  const pid = pidOf(identity);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
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
