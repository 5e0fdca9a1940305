/**
 * A lock in the file system that names its holder (process-identity.mjs) and is taken over once that process has ended.
 * JavaScript, because the build needs it before anything is compiled.
 *
 * It is a symbolic link whose target is the holder's identity. Such a link is created atomically, and on common file
 * systems it needs no block of its own, so that a gateway can start on a full disk. On file systems without symbolic
 * links it is a plain file.
 *
 * A stale lock is never removed by those who find it: one of them could remove the lock of another who was quicker.
 * Instead each dead holder has one place for its successor, a file whose name derives from the dead holder, and creating
 * that file decides. The new holder then puts its own lock in the first place and removes the rest. Whoever created a
 * successor of a lock that had meanwhile been replaced finds that the first lock no longer leads to it, and withdraws.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { identityOf, isRunning } from './process-identity.mjs';

const attemptsMax = 100;
/** Error codes of file systems without symbolic links (FAT, some network mounts). */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Takes the lock if no running process holds it.
 * @param {string} path
 * @returns {{ release: () => void } | { holder: string }} `holder` is an identity, or empty if it is unknown
 */
export function tryLock(path) {
  const own = identityOf(process.pid);
  let holder = '';
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const found = follow(path);
    if (found.holder !== null) return { holder: found.holder };
    holder = found.dead;
    if (!create(found.end, own)) continue;
    if (found.end === path) return { release: () => rmSync(path, { force: true }) };
    try {
      if (follow(path).end === found.end) {
        settle(path, own, found.passed);
        return { release: () => rmSync(path, { force: true }) };
      }
    } finally {
      rmSync(found.end, { force: true });
    }
  }
  return { holder };
}

/**
 * Says whether a running process holds the lock.
 * @param {string} path
 */
export function isLocked(path) {
  return follow(path).holder !== null;
}

/**
 * Goes from the first lock to its successors, to the lock of a running process or to the place where none is yet.
 * @param {string} path
 * @returns {{ end: string, holder: string | null, dead: string, passed: string[] }}
 */
function follow(path) {
  const passed = [];
  let [end, dead] = [path, ''];
  for (;;) {
    const holder = read(end);
    if (holder === null) return { end, holder, dead, passed };
    if (isRunning(holder)) return { end, holder, dead, passed };
    passed.push(end);
    dead = holder;
    const name = createHash('sha256').update(`${passed.length} ${holder}`).digest('hex').slice(0, 16);
    end = `${path}.after-${name}`;
  }
}

/**
 * @param {string} path
 * @param {string} own
 * @param {readonly string[]} stale
 */
function settle(path, own, stale) {
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  create(temporary, own);
  renameSync(temporary, path);
  for (const file of stale) if (file !== path) rmSync(file, { force: true });
}

/**
 * Returns false if the lock already exists.
 * @param {string} path
 * @param {string} content
 */
function create(path, content) {
  try {
    symlinkSync(content, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!withoutLinks.includes(codeOf(error))) throw error;
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
 * Returns the holder's identity; null if there is no lock.
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
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
