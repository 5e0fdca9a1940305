import { constants } from 'node:fs';
import { copyFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolders } from '../../../shared/files/make-folder.ts';
import { replaceFile, syncDir } from '../../../shared/files/replace.ts';

/** The few file operations that saved baselines need; injected, so that a test can fill the disk. */
export interface BaselineFiles {
  /** Names in the folder, which is created if it is missing. */
  list(): Promise<string[]>;
  /** @throws RangeError if the file is too large to be one of saved baselines */
  read(name: string): Promise<Buffer>;
  /** Replaces the file atomically. After a power cut it is either the old or the new one. */
  replace(name: string, bytes: Buffer): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** After this no power cut brings back what was replaced or removed before. */
  sync(): Promise<void>;
}

const fileBytesMax = 64 << 20;

export function baselineFiles(dir: string): BaselineFiles {
  return {
    async list() {
      await makeFolders(resolve(dir), 0o750);
      return await readdir(dir);
    },
    async read(name) {
      const { size } = await stat(join(dir, name));
      if (size > fileBytesMax) throw new RangeError(`${size} bytes are too many`);
      return await readFile(join(dir, name));
    },
    // The folder is synced only where people wait for it: the old file, which a power cut may bring back, is valid too.
    replace: (name, bytes) => replaceFile(join(dir, name), bytes, { syncFolder: false }),
    copy: (from, to) => copyFile(join(dir, from), join(dir, to), constants.COPYFILE_FICLONE),
    remove: (name) => rm(join(dir, name), { force: true }),
    sync: () => syncDir(dir),
  };
}
