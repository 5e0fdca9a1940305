import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Renames a file or folder within its folder, and makes sure that it stays so through a power cut. Where `to` is taken,
 * a number is added: what was set aside earlier is never overwritten. Returns the name it got. @throws system errors
 */
export function setAside(from: string, to: string): string {
  const free = freeName(to, existsSync);
  renameSync(from, free);
  if (process.platform === 'win32') return free; // it cannot open a folder; its file system syncs a rename by itself
  const folder = openSync(dirname(free), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return free;
}

/** Returns `name`, or with the lowest number from 2 on that makes it free. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let number = 2; isTaken(free); number++) free = `${name}-${number}`;
  return free;
}

/** The few operations that setting a file aside needs; a simulated disk offers them too. */
export interface RenamingFs {
  list(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  syncDir(path: string): Promise<void>;
}

/** The same on any file system. */
export async function setAsideOn(fs: RenamingFs, from: string, to: string): Promise<string> {
  const taken = new Set(await fs.list(dirname(to)));
  const free = freeName(to, (name) => taken.has(basename(name)));
  await fs.rename(from, free);
  await fs.syncDir(dirname(free));
  return free;
}
