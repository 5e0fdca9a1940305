/**
 * A lock that names its holder: pid, and where the system tells (Linux), boot and start time of that process. The
 * start time keeps a pid that was given to another process, as after a reboot or in a container where the gateway
 * always has the same pid, from looking like a live holder. A lock whose holder is gone is taken over.
 *
 * It is a symbolic link whose target is that text: made whole or not at all, and on common file systems without a
 * block of its own, so that a gateway can start on a full disk. Where there are no symbolic links it is a plain file.
 *
 * It guards against two gateways on one machine. Two containers that cannot see each other's processes are not kept
 * apart: give each its own data folder.
 */
import { readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { codeOf, HarbingerError } from '../../shared/runtime/errors.ts';

const attemptsMax = 5;
/** What file systems without symbolic links answer (FAT, some network mounts). */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Resolves with what releases the lock. @throws HarbingerError JOURNAL_LOCKED */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own = await describe(process.pid);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (await create(path, own)) return () => rm(path, { force: true });
    const holder = await read(path);
    if (holder !== null && (await isAlive(holder))) throw locked(path, holder);
    if (holder !== null) await moveAway(path, holder);
  }
  throw locked(path, (await read(path)) ?? '');
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

function pidOf(holder: string): number {
  return Number(holder.split(' ', 1)[0]);
}

async function isAlive(holder: string): Promise<boolean> {
  const pid = pidOf(holder);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = await describe(pid);
  const comparable = now.includes(' ') && holder.includes(' ');
  return !comparable || now === holder;
}

/** `pid`, or `pid bootId startTicks` where /proc tells. */
async function describe(pid: number): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets, which may hold spaces; the start time is the 22nd of all.
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${boot.trim()} ${startTicks}`;
  } catch {
    return String(pid);
  }
}

function locked(path: string, holder: string): HarbingerError {
  return new HarbingerError(
    'JOURNAL_LOCKED',
    'journal',
    `${path} is held by process ${pidOf(holder) || 'unknown'}: another gateway uses this data folder; stop it, or give each gateway its own folder (--data)`,
  );
}
