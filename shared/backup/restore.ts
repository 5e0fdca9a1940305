import { chown, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { lockDataDir, restoreMarker } from '../files/data-dir.ts';
import { makeFolders } from '../files/make-folder.ts';
import { syncDir } from '../files/replace.ts';
import type { Clock } from '../runtime/clock.ts';
import { codeOf, HarbingerError, isDiskFull, messageOf } from '../runtime/errors.ts';
import { type Manifest, restoredName } from './backup.ts';
import { type FileTaker, readArchive } from './read-archive.ts';
import { writeAll } from './save.ts';

export interface RestoreOptions {
  from: string;
  /** Is created if it is missing; must be empty otherwise. */
  dir: string;
  signal: AbortSignal;
  clock: Clock;
  onProgress?(position: number, bytes: number): void;
}

interface Owner {
  uid: number;
  gid: number;
}

/**
 * Writes the files of a backup into an empty folder. While it is not complete, a marker in the folder prevents a start on
 * it; after a failure what was written is removed again. Everything is durable when it resolves.
 * @throws HarbingerError RESTORE_TARGET, DATA_DIR_LOCKED, and those of `readArchive`
 */
export async function restoreBackup({
  from,
  dir,
  signal,
  clock,
  onProgress,
}: RestoreOptions): Promise<Manifest> {
  await targeted(dir, () => requireEmpty(dir));
  // The archive is looked at first, so that a wrong one leaves no folder behind.
  let restore: Restore | null = null;
  let isWhole = false;
  try {
    const manifest = await readArchive(from, {
      signal,
      ...(onProgress && { onProgress }),
      async manifest() {
        restore = await targeted(dir, () => Restore.begin(dir));
      },
      file: (path) => targeted(dir, () => restore!.file(path)),
    });
    await targeted(dir, () => restore!.note(manifest, new Date(clock.nowMs())));
    await targeted(dir, () => restore!.finish());
    isWhole = true;
    return manifest;
  } finally {
    const begun = restore as Restore | null;
    if (!isWhole) await begun?.undo();
    begun?.unlock();
  }
}

class Restore {
  readonly unlock: () => void;
  private readonly dir: string;
  private readonly owner: Owner | null;
  private readonly folders = new Set<string>();

  private constructor(dir: string, owner: Owner | null) {
    this.dir = dir;
    this.owner = owner;
    this.unlock = lockDataDir(dir);
  }

  static async begin(dir: string): Promise<Restore> {
    const made = await makeFolders(resolve(dir), 0o700);
    for (const folder of made.reverse()) await syncDir(dirname(folder));
    // Root restores for the user that the folder was made for.
    const { uid, gid } = await stat(dir);
    const restore = new Restore(dir, process.getuid?.() === 0 ? { uid, gid } : null);
    await requireEmpty(dir);
    const marker = await open(join(dir, restoreMarker), 'w', 0o600);
    await marker.sync();
    await marker.close();
    await syncDir(dir);
    return restore;
  }

  async file(path: string): Promise<FileTaker> {
    await this.folder(dirname(path));
    const target = join(this.dir, path);
    const handle = await open(target, 'wx', 0o600);
    if (this.owner) await chown(target, this.owner.uid, this.owner.gid);
    return {
      take: (chunk, position) => targeted(this.dir, () => writeAll(handle, chunk, position)),
      end: () =>
        targeted(this.dir, async () => {
          try {
            await handle.datasync();
          } finally {
            await handle.close();
          }
        }),
    };
  }

  /** Says in the folder when the backup was taken: a cloud tells its operators what is missing. */
  async note({ takenAt, version }: Manifest, restoredAt: Date): Promise<void> {
    const { take, end } = await this.file(restoredName);
    const text = JSON.stringify({ takenAt, restoredAt: restoredAt.toISOString(), version });
    await take(Buffer.from(`${text}\n`), 0).finally(end);
  }

  /** From here on the folder can be started on. */
  async finish(): Promise<void> {
    for (const folder of this.folders) await syncDir(join(this.dir, folder));
    await syncDir(this.dir);
    await rm(join(this.dir, restoreMarker));
    await syncDir(this.dir);
  }

  /** The marker goes last. If the disk prevents this, it stays, and so the folder cannot be started on. */
  async undo(): Promise<void> {
    try {
      for (const name of await readdir(this.dir))
        if (name !== restoreMarker && !mayBeThere(name)) await rm(join(this.dir, name), { recursive: true });
      await rm(join(this.dir, restoreMarker), { force: true });
    } catch {
      // The first error is the one to report.
    }
  }

  private async folder(path: string): Promise<void> {
    if (path === '.' || this.folders.has(path)) return;
    await this.folder(dirname(path));
    const target = join(this.dir, path);
    await mkdir(target, { mode: 0o700 });
    if (this.owner) await chown(target, this.owner.uid, this.owner.gid);
    this.folders.add(path);
  }
}

/** Names that an empty folder may have: a new file system's own folder, and the lock that is held while restoring. */
function mayBeThere(name: string): boolean {
  return name === 'lost+found' || name === 'lock';
}

async function requireEmpty(dir: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (names.includes(restoreMarker))
    throw refused(dir, 'it has what an unfinished restore has left; delete its content, and restore again');
  const [found] = names.filter((name) => !mayBeThere(name));
  if (found !== undefined)
    throw refused(dir, `it is not empty (${found}); name another folder, or move its content away`);
}

async function targeted<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof HarbingerError) throw error;
    throw refused(dir, isDiskFull(error) ? 'the disk is full' : messageOf(error), error);
  }
}

function refused(dir: string, why: string, cause?: unknown): HarbingerError {
  return new HarbingerError('RESTORE_TARGET', 'backup', `nothing can be restored into ${dir}: ${why}`, {
    cause,
  });
}
