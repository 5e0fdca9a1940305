/**
 * The few file operations that a journal needs. They are injected, so that a simulation can tear writes, fill the disk,
 * fail syncs and cut the power. All throw the system's errors (`code` ENOSPC, EIO, EROFS, ENOENT, …).
 */
import { constants, fstatSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolders } from '../../shared/files/make-folder.ts';
import { codeOf } from '../../shared/runtime/errors.ts';
import { lockJournal } from './lock.ts';

export interface JournalFile {
  /** Writes all of the buffers at `position`. If it throws, any part of them may have been written. */
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  /** Fills `buffer` from `position`; returns the number of bytes read, which is less only at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  /** After it resolves, all written bytes and the length survive a power cut. After it throws, nothing is certain. */
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  size(): Promise<number>;
  /** False if `path` leads to no file or to another one: somebody has deleted or replaced it, or a folder above it. */
  isAt(path: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface JournalFs {
  /** Creates the folder and its missing parents; after it resolves they survive a power cut. */
  makeDir(path: string): Promise<void>;
  /** Names in a folder, in no particular order. */
  list(path: string): Promise<string[]>;
  /** `create` creates the file, or empties an existing one; `write` opens an existing one for reading and writing. */
  open(path: string, mode: 'create' | 'read' | 'write'): Promise<JournalFile>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** After it resolves, the creation, renaming and removal of files in the folder survive a power cut. */
  syncDir(path: string): Promise<void>;
  /** The size of the disk on which a folder is, what is used of it included. */
  diskBytes(path: string): Promise<number>;
  /**
   * Locks the folder for this process; resolves with a function that releases it. @throws HarbingerError JOURNAL_LOCKED
   */
  lock(dir: string): Promise<() => Promise<void>>;
}

const flags = { create: 'w+', read: 'r', write: 'r+' } as const;

export const nodeJournalFs: JournalFs = {
  async makeDir(path) {
    const made = await makeFolders(resolve(path), 0o750);
    // Files in a folder survive a power cut only if the names of the folder and of its parents do.
    for (const folder of made.reverse()) await this.syncDir(dirname(folder));
  },
  list: (path) => readdir(path),
  open: async (path, mode) => fileOf(await open(path, flags[mode], 0o640)),
  remove: (path) => rm(path),
  rename,
  async syncDir(path) {
    // Windows cannot open a folder; there a rename is made durable by the file system itself.
    if (process.platform === 'win32') return;
    const folder = await open(path, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async diskBytes(path) {
    const { blocks, bsize } = await statfs(path);
    return blocks * bsize;
  },
  lock: (dir) => lockJournal(join(dir, 'lock')),
};

function fileOf(handle: FileHandle): JournalFile {
  return {
    write: (buffers, position) => writeAll(handle, buffers, position),
    read: (buffer, position) => readAll(handle, buffer, position),
    datasync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
    size: async () => (await handle.stat()).size,
    isAt: async (path) => isAt(handle, path),
    close: () => handle.close(),
  };
}

/**
 * Both questions are answered from memory, in 3 µs. Through the thread pool, as `handle.stat()` and `stat()` go, they
 * cost 42 µs and delayed every acknowledgement by two further hops between threads.
 */
function isAt(handle: FileHandle, path: string): boolean {
  const own = fstatSync(handle.fd, { bigint: true });
  try {
    const there = statSync(path, { bigint: true, throwIfNoEntry: false });
    return there !== undefined && there.ino === own.ino && there.dev === own.dev;
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

async function writeAll(handle: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  let rest: readonly Buffer[] = buffers;
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at);
    at += bytesWritten;
    rest = without(rest, bytesWritten);
  }
}

/** Returns the rest of the buffers after their first `bytes` bytes. */
function without(buffers: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  for (let i = 0; i < buffers.length; i++) {
    const buffer = buffers[i]!;
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(i + 1)];
    left -= buffer.length;
  }
  return [];
}

async function readAll(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
