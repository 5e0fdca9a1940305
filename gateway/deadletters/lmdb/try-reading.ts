import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { freeBytesOf } from '../../../shared/files/free-space.ts';
import { compiledEntry } from '../../../shared/files/paths.ts';

/** Exit codes of the reading process. 1 is Node's own, for an error that was not caught. */
export const readerExits = { damaged: 3, system: 4 } as const;

/** Signals that the process causes itself by a fault; others come from a person or the system. */
const faults = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** With fewer bytes free, a process that has the file in its memory may be ended by the lack of space. */
const freeBytesMin = 1 << 20;
/** More than lmdb needs for its 126 readers: 64 bytes each, and a header. */
const lockBytes = 64 << 10;

export interface ReadingOptions {
  /** The program that reads. */
  entry?: string;
  freeBytesOf?: (folder: string) => Promise<number>;
}

/**
 * Reads the old letters in a separate process. Resolves with the damage found, or null. @throws Error if the outcome
 * is unknown because the system failed, the disk is full (code ENOSPC), or that process was ended from outside
 */
export async function tryReading(
  path: string,
  {
    entry = compiledEntry('gateway/deadletters/lmdb/old-letters-reader'),
    freeBytesOf: askFreeBytes = freeBytesOf,
  }: ReadingOptions = {},
): Promise<string | null> {
  const requireSpace = async () => {
    const bytes = await askFreeBytes(dirname(path));
    if (bytes < freeBytesMin) throw fullError(path, bytes);
  };
  await requireSpace();
  await fillLockFile(`${path}-lock`);
  const { problem, signal } = await readApart(path, entry);
  // lmdb maps files into memory. What the disk has no space for then ends the process, as damage does.
  if (signal !== null) await requireSpace();
  return problem;
}

function readApart(path: string, entry: string) {
  return new Promise<{ problem: string | null; signal: string | null }>((resolve, reject) => {
    const child = execFile(process.execPath, [entry, path], (error, _stdout, stderr) => {
      const { exitCode, signalCode: signal } = child;
      if (error === null) resolve({ problem: null, signal });
      else if (exitCode === readerExits.damaged) resolve({ problem: stderr, signal });
      else if (signal !== null && faults.includes(signal))
        resolve({ problem: `reading it ended a process with ${signal}`, signal });
      else reject(new Error(`reading ${path} failed: ${signal ?? (stderr.trim() || error.message)}`));
    });
  });
}

/**
 * Writes lmdb's lock file in full length. lmdb only sets its length and maps it: on a full disk the first access would
 * then end the process, this one as well. It is a new file, because a process of a killed start may still use the old one.
 * @throws system errors
 */
async function fillLockFile(path: string): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx');
  try {
    await file.writeFile(Buffer.alloc(lockBytes));
    await file.datasync();
  } finally {
    await file.close();
  }
}

function fullError(path: string, bytes: number): Error {
  const message = `ENOSPC: no space left to read ${path}: ${bytes} bytes are free, and ${freeBytesMin} are needed; it stays where it is and is imported when there is space`;
  return Object.assign(new Error(message), { code: 'ENOSPC' });
}
