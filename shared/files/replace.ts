/**
 * Files (shared/files): what processes need of the disk beside the journal: folders, locks, replacement as a whole,
 * damaged files set aside. Code that keeps state files uses these functions and writes none of its own.
 *
 * Replaces a file or a folder as a whole: the new content is written beside it under `besideOf`, synced, renamed over
 * the old one, and the folder is synced. A crash or a power cut leaves the old content or the new one, and at most a
 * file beside it, which the next replacement overwrites.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../runtime/errors.ts';
import { makeFolder, makeFolders } from './make-folder.ts';

/** The few operations that a replacement needs; a simulated disk offers them too. */
export interface ReplacingFs {
  open(path: string, mode: 'create'): Promise<ReplacedFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncDir(path: string): Promise<void>;
}

export interface ReplacedFile {
  write(buffers: readonly Buffer[], position: number): Promise<unknown>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface ReplaceOptions {
  /** Permissions of the new file. Default: 0o640. */
  mode?: number;
  /**
   * False: the folder is not synced, so that a power cut may bring the old content back after this has resolved. For
   * files whose old content is as good as the new one. Default: true.
   */
  syncFolder?: boolean;
}

/** Path of the new content until it is complete. */
export function besideOf(path: string): string {
  return `${path}.tmp`;
}

/**
 * Replaces a file; durable when resolved. Creates the folder if needed. @throws the file system's error; the old
 * content then stays
 */
export async function replaceFile(
  path: string,
  content: string | Buffer,
  { mode = 0o640, syncFolder = true }: ReplaceOptions = {},
): Promise<void> {
  await replaceOn(systemFs(mode), path, [Buffer.from(content)], { syncFolder });
}

/** The same with content that is made piece by piece. Each is written before the next is made, and other work goes on. */
export async function replaceFileInPieces(
  path: string,
  pieces: Iterable<string>,
  { mode = 0o640, syncFolder = true }: ReplaceOptions = {},
): Promise<void> {
  await replaceOn(systemFs(mode), path, pieces, { syncFolder });
}

/** The same on any file system, but without creating the folder. */
export async function replaceOn(
  fs: ReplacingFs,
  path: string,
  pieces: Iterable<string | Buffer>,
  { syncFolder = true }: Pick<ReplaceOptions, 'syncFolder'> = {},
): Promise<void> {
  const beside = besideOf(path);
  try {
    const file = await fs.open(beside, 'create');
    try {
      let position = 0;
      for (const piece of pieces) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
        await file.write([bytes], position);
        position += bytes.length;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    await fs.rename(beside, path);
  } catch (error) {
    await fs.remove(beside).catch(() => {}); // it may not be there; the first error is the one to report
    throw error;
  }
  if (syncFolder) await fs.syncDir(dirname(path));
}

/** Puts a file in place that was written under `besideOf(path)`, for content too large for memory. */
export async function putInPlace(path: string): Promise<void> {
  const file = await open(besideOf(path), 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(besideOf(path), path);
  await syncDir(dirname(path));
}

/** Replaces a file like `replaceFile`, for code that runs before anything is served. */
export function replaceFileSync(
  path: string,
  content: string | Buffer,
  { mode = 0o640, syncFolder = true }: ReplaceOptions = {},
): void {
  const beside = besideOf(path);
  makeFolder(dirname(path), 0o750);
  try {
    writeFileSync(beside, content, { mode, flush: true });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  if (syncFolder) syncDirSync(dirname(path));
}

/**
 * Replaces a folder with what `fill` writes into an empty one. A folder cannot be renamed over another one, so for a
 * moment between two renames neither is in place; the old one is then found as `FOLDER.old`.
 */
export function replaceFolderSync(folder: string, fill: (dir: string) => void): void {
  const beside = besideOf(folder);
  const old = `${folder}.old`;
  rmSync(beside, { recursive: true, force: true });
  makeFolder(beside);
  fill(beside);
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(folder, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(beside, folder);
  rmSync(old, { recursive: true, force: true });
  syncDirSync(dirname(folder));
}

function systemFs(mode: number): ReplacingFs {
  return {
    async open(path) {
      const handle = await openInFolder(path, mode);
      return {
        write: ([content]) => handle.writeFile(content!),
        datasync: () => handle.datasync(),
        close: () => handle.close(),
      };
    },
    rename,
    remove: (path) => rm(path),
    syncDir,
  };
}

/** Opens a file to write it. Its folder is nearly always there: it is made only if the file cannot be opened without. */
async function openInFolder(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, 'w', mode);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error;
    await makeFolders(resolve(dirname(path)), 0o750);
    return open(path, 'w', mode);
  }
}

/** After it resolves, renames in the folder survive a power cut. Windows cannot open a folder, and needs no sync. */
export async function syncDir(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function syncDirSync(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
