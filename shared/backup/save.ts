import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { freeBytesOf } from '../files/free-space.ts';
import { besideOf, syncDir } from '../files/replace.ts';
import { codeOf, HarbingerError, isDiskFull } from '../runtime/errors.ts';

export interface SaveOptions {
  /** Is refused if it exists. */
  path: string;
  /** Expected length; if the disk has not that much room, nothing is written. 0: unknown. */
  bytes: number;
  signal: AbortSignal;
  /** Called after each chunk with the bytes written so far. */
  onProgress(bytes: number): void;
}

/**
 * Writes a file that only its owner may read. It is complete and durable when it appears under its name; before, and
 * after a crash, it is called `PATH.tmp`. Returns its length.
 * @throws HarbingerError BACKUP_TARGET; what `chunks` throws; the reason of `signal`
 */
export async function saveBackup(chunks: AsyncIterable<Buffer>, options: SaveOptions): Promise<number> {
  const { path, bytes, signal, onProgress } = options;
  const beside = besideOf(path);
  const handle = await create(path, bytes);
  let at = 0;
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      await writing(path, () => writeAll(handle, chunk, at));
      at += chunk.length;
      onProgress(at);
    }
    await writing(path, () => handle.datasync());
    await handle.close();
    await writing(path, () => rename(beside, path));
    await writing(path, () => syncDir(dirname(resolve(path))));
    return at;
  } catch (error) {
    await handle.close().catch(() => {}); // it may be closed; the first error is the one to report
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

async function create(path: string, bytes: number): Promise<FileHandle> {
  return await writing(path, async () => {
    if ((await stat(path).catch(() => null)) !== null) throw refused(path, 'it exists; name another file');
    const free = await freeBytesOf(dirname(resolve(path)));
    if (free < bytes)
      throw refused(
        path,
        `its disk has ${free} bytes free, and ${bytes} are needed; free space, or name another file`,
      );
    // One that a crash left may have other permissions.
    await rm(besideOf(path), { force: true });
    return await open(besideOf(path), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  });
}

/** A disk that is almost full takes a part of a write, and refuses the rest. */
export async function writeAll(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

async function writing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof HarbingerError) throw error;
    if (isDiskFull(error)) throw refused(path, 'the disk is full; free space, or name another file', error);
    const reason =
      codeOf(error) === 'ENOENT' ? 'its folder does not exist' : (codeOf(error) ?? String(error));
    throw refused(path, reason, error);
  }
}

function refused(path: string, why: string, cause?: unknown): HarbingerError {
  return new HarbingerError('BACKUP_TARGET', 'backup', `the backup ${path} cannot be written: ${why}`, {
    cause,
  });
}
