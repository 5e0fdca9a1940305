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
  makeEach(dirname(path), mode);
  mkdirSync(path, { mode });
}
