import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

/** Renames a file or folder within its folder, and makes sure that it stays so through a power cut. @throws system errors */
export function setAside(from: string, to: string): void {
  renameSync(from, to);
  if (process.platform === 'win32') return; // it cannot open a folder; its file system syncs a rename by itself
  const folder = openSync(dirname(to), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
