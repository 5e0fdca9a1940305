/**
 * Opens all files of a data folder, which pins their content: a file that is replaced or deleted afterwards is still
 * read as it was. So a backup needs no copy, leaves nothing behind in the folder, and stops nobody from writing.
 *
 * A gateway can be copied in this way while it writes: its journal and records are only ever appended to, and cut off at
 * the first block that is not whole (gateway/journal/segments/format.ts); its state files are replaced as a whole. Files
 * of a folder are opened before its sub-folders, and the journal last, so that no cursor is ahead of the journal, and
 * what is derived from the journal is at most older than it, as after a crash.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { besideOf } from '../files/replace.ts';
import { runFileName } from '../files/run-file.ts';
import { codeOf, HarbingerError } from '../runtime/errors.ts';
import type { OpenedFile } from './archive.ts';
import { restoredName } from './backup.ts';

/** Files that grant access; they are in a backup only if that is asked for. */
export const credentialFiles: readonly string[] = ['api-token'];

export interface OpenedFolder {
  files: OpenedFile[];
  leftOut: { path: string; why: string }[];
  close(): Promise<void>;
}

export interface OpenFolderOptions {
  dir: string;
  credentials: boolean;
  /** Paths that the caller adds by other means, e.g. a database that must not be copied file by file. */
  without?: ReadonlySet<string>;
}

/** A folder in which old files are removed all the time is listed again until nothing new is in it. */
const listingsMax = 1_000;

/** @throws HarbingerError BACKUP_SOURCE; system errors */
export async function openFolder({
  dir,
  credentials,
  without = new Set(),
}: OpenFolderOptions): Promise<OpenedFolder> {
  const opened = new Map<string, FileHandle>();
  const leftOut: OpenedFolder['leftOut'] = [];
  const close = async () => {
    for (const handle of opened.values()) await handle.close();
  };
  const take = async (path: string): Promise<boolean> => {
    if (opened.has(path)) return false;
    try {
      opened.set(path, await open(join(dir, path), 'r'));
      return true;
    } catch (error) {
      // Removed since it was listed: its content, if it still counts, has been appended elsewhere before.
      if (codeOf(error) === 'ENOENT') return true;
      throw sourceError(join(dir, path), error);
    }
  };
  const walk = async (folder: string): Promise<void> => {
    const folders = new Set<string>();
    for (let listings = 1; ; listings++) {
      let isNew = false;
      for (const entry of await listed(join(dir, folder))) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (without.has(path) || isTransient(entry.name)) continue;
        if (entry.isDirectory()) folders.add(path);
        else if (!entry.isFile()) note(leftOut, path, 'it is not a plain file');
        else if (!credentials && credentialFiles.includes(path)) note(leftOut, path, 'it is a credential');
        else if (await take(path)) isNew = true;
      }
      if (!isNew) break;
      if (listings === listingsMax)
        throw new HarbingerError(
          'BACKUP_SOURCE',
          'backup',
          `${join(dir, folder)} changes faster than it can be listed`,
          { retry: true },
        );
    }
    for (const path of inOrder(folders)) await walk(path);
  };
  try {
    await walk('');
    const files = [];
    for (const [path, handle] of opened) files.push(await openedFile(path, handle));
    return { files, leftOut, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The journal comes last; see above. */
function inOrder(folders: ReadonlySet<string>): string[] {
  const rank = (path: string) => (path === 'journal' ? 1 : 0);
  return [...folders].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Tells files of the running process, and content that is not complete yet. */
function isTransient(name: string): boolean {
  return (
    name === 'lock' ||
    name.startsWith('lock.') ||
    name === runFileName ||
    name.endsWith(besideOf('')) ||
    name === restoredName ||
    name === 'lost+found'
  );
}

function note(leftOut: OpenedFolder['leftOut'], path: string, why: string): void {
  if (!leftOut.some((one) => one.path === path)) leftOut.push({ path, why });
}

async function listed(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw sourceError(folder, error);
  }
}

/** A handle as a file of an archive, with its present length. */
export async function openedFile(path: string, handle: FileHandle): Promise<OpenedFile> {
  const { size } = await handle.stat();
  return {
    path,
    bytes: size,
    async read(buffer, position) {
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    close: () => handle.close(),
  };
}

function sourceError(path: string, error: unknown): HarbingerError {
  const advice =
    {
      EACCES: '; run it as the user that the data belong to',
      EMFILE: '; allow more open files (ulimit -n)',
      ENOENT: '',
    }[codeOf(error) ?? ''] ?? '';
  const reason = codeOf(error) ?? String(error);
  return new HarbingerError('BACKUP_SOURCE', 'backup', `${path} cannot be read (${reason})${advice}`, {
    cause: error,
  });
}
