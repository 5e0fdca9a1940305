import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it, where there are none. For paths that somebody else chose: Node's own `recursive` never
 * returns where the system refuses without saying why, as in /proc. @throws system errors
 */
export function makeFolder(path: string, mode?: number): void {
  makeEach(resolve(path), mode);
}

function makeEach(path: string, mode: number | undefined): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  makeEach(dirname(path), mode);
  mkdirSync(path, { mode });
}
