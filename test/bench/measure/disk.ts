/** Names the file system of the folders of the runs: in memory, every figure would lack the cost of a disk. */
import { statfsSync } from 'node:fs';
import { HarbingerError } from '../../../shared/runtime/errors.ts';

/** Keyed by Linux's magic numbers; other systems use different numbers. */
const names = new Map([
  [0xef53, 'ext2/3/4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0x794c7630, 'overlayfs'],
  [0x6969, 'nfs'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);
const inMemory = ['tmpfs', 'ramfs'];

/** Formats as `ext2/3/4 (0xef53)`; an unknown type as the number alone. */
export function fileSystemText(type: number): string {
  const number = `0x${type.toString(16)}`;
  const name = names.get(type);
  return name === undefined ? number : `${name} (${number})`;
}

export function fileSystemOf(folder: string): string {
  return fileSystemText(statfsSync(folder).type);
}

/** @throws Error if the folder's file system is in memory */
export function requireDisk(folder: string, type = statfsSync(folder).type): void {
  const name = names.get(type);
  if (name === undefined || !inMemory.includes(name)) return;
  throw new HarbingerError(
    'USAGE',
    'cli',
    `${folder} is on a ${name}, in memory: durability would cost nothing there, so no figure would hold. ` +
      'Set TMPDIR to a folder on a disk, such as TMPDIR=/var/tmp',
  );
}
