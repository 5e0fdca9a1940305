import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../runtime/errors.ts';

/**
 * Creates a folder and its missing parents. For paths that a user chose: Node's own `recursive` never returns if the
 * system refuses without a reason, as in /proc. @throws system errors
 */
export function makeFolder(path: string, mode?: number): void {
  makeEach(resolve(path), mode);
}

function makeEach(path: string, mode: number | undefined): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  // A parent that is a file is not made: the system then says that a part of the path is not a folder.
  if (statSync(parent, { throwIfNoEntry: false }) === undefined) makeEach(parent, mode);
  mkdirSync(path, { mode });
}

/**
 * The same without blocking. Returns the folders that it created, outermost first. Node's own `recursive` reports a full
 * disk as a missing folder. @throws system errors
 */
export async function makeFolders(path: string, mode?: number): Promise<string[]> {
  try {
    await mkdir(path, { mode });
    return [path];
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return [];
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    const above = await makeFolders(parent, mode);
    return [...above, ...(await makeFolders(path, mode))];
  }
}
