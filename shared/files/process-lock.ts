/**
 * A lock that names its holder (process-identity.ts). A lock whose holder is gone is taken over.
 *
 * It is a symbolic link whose target is that text: made whole or not at all, and on common file systems without a
 * block of its own, so that a gateway can start on a full disk. Where there are no symbolic links it is a plain file.
 *
 * It keeps processes on one machine apart. Two containers that cannot see each other's processes are not kept apart:
 * give each its own data folder.
 */
import { readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { codeOf } from '../runtime/errors.ts';
import { identityOf, isRunning, pidOf } from './process-identity.ts';

const attemptsMax = 5;
/** What file systems without symbolic links answer (FAT, some network mounts). */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Resolves with what releases the lock. Throws what `held` returns where a process that runs holds it: `pid` is its
 * number, or null where it cannot be told.
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

/** False if it is there already. */
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

/** Removes the stale lock, unless another process was quicker: then it is put back. */
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
