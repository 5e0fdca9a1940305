/**
 * A lock that names its holder (process-identity.ts). A lock whose holder has ended is taken over.
 *
 * It is a symbolic link whose target is the holder's identity. Such a link is created atomically, and on common file
 * systems it needs no block of its own, so that a gateway can start on a full disk. On file systems without symbolic
 * links it is a plain file.
 *
 * It excludes processes on one machine. It does not exclude a process in another container, which cannot be seen from
 * here: each container needs its own data folder.
 */
import { readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { codeOf } from '../runtime/errors.ts';
import { identityOf, isRunning, pidOf } from './process-identity.ts';

const attemptsMax = 5;
/** Error codes of file systems without symbolic links (FAT, some network mounts). */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Takes the lock and resolves with a function that releases it. If a running process holds it, throws what `held`
 * returns; `pid` is that process's number, or null if it is unknown.
 */
export async function takeLock(
  path: string,
  held: (pid: number | null) => Error,
): Promise<() => Promise<void>> {
  const own = await identityOf(process.pid);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (await create(path, own)) return () => rm(path, { force: true });
    const holder = await read(path);
    if (holder !== null && (await isRunning(holder))) throw held(pidOf(holder));
    if (holder !== null) await moveAway(path, holder);
  }
  throw held(pidOf((await read(path)) ?? '') || null);
}

/** Returns false if the lock already exists. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await symlink(content, path).catch(async (error) => {
      if (!withoutLinks.has(codeOf(error) ?? '')) throw error;
      await writeFile(path, content, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the stale lock, unless another process has replaced it meanwhile: then it is put back. */
async function moveAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}.tmp`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await read(aside);
  if (moved !== null && moved !== stale) await create(path, moved);
  await rm(aside, { force: true });
}

async function read(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    return readFile(path, 'utf8');
  }
}
