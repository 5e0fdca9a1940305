import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

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
  // A parent that is a file is not made: the system then says that a part of the path is no folder.
  if (statSync(parent, { throwIfNoEntry: false }) === undefined) makeEach(parent, mode);
  mkdirSync(path, { mode });
}
