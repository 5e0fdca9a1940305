/**
 * A small disk for a process's data: an ext4 image on a loop device, or a tmpfs, if this user may mount one; otherwise
 * an ordinary folder, where a full disk is injected and the other faults are skipped with the reason.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';

export interface Disk {
  readonly path: string;
  readonly kind: 'ext4' | 'tmpfs' | 'folder';
  /** Why it is not a disk of its own; null if it is one. */
  readonly unavailable: string | null;
  /** Why it cannot be filled either; null if it can. */
  readonly cannotFill: string | null;
  /** Fills the disk completely. */
  fill(): void;
  free(): void;
  /** May be called only while no file on the disk is open for writing. */
  remount(mode: 'ro' | 'rw'): void;
  /** Makes all writes fail from now on, as a failing card does (ext4 only). */
  breakDown(): void;
  /** Unmounts, checks the file system, mounts again. Nothing may use the disk. */
  repair(): void;
  close(): void;
}

const ballastName = 'ballast';

/** Makes writes fail where there is no disk to fill. */
export interface Injection {
  fill(): void;
  free(): void;
}

export function makeDisk(folder: string, name: string, mib: number, injection?: Injection): Disk {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const problems: string[] = [];
  for (const make of [ext4, tmpfs]) {
    try {
      return make(path, mib);
    } catch (error) {
      problems.push(messageOf(error).split('\n').at(-1)!.trim() || messageOf(error));
    }
  }
  const why = process.getuid?.() === 0 ? problems.join('; ') : 'a disk of its own needs root';
  return ordinary(path, why, injection);
}

function run(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}

function ext4(path: string, mib: number): Disk {
  const image = `${path}.img`;
  closeSync(openSync(image, 'w'));
  truncateSync(image, mib << 20);
  run('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  const mount = () => run('mount', ['-o', 'loop', image, path]);
  mount();
  return mounted(path, 'ext4', {
    breakDown: () => run('mount', ['-o', 'remount,abort', path]),
    repair() {
      run('umount', [path]);
      try {
        run('e2fsck', ['-p', '-f', image]);
      } catch (error) {
        // Exit codes 1 and 2: errors were found and corrected.
        if ((error as { status?: number }).status! > 2) throw error;
      }
      mount();
    },
  });
}

function tmpfs(path: string, mib: number): Disk {
  run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'harbinger-chaos', path]);
  const unsupported = () => {
    throw new Error('a tmpfs cannot break down');
  };
  return mounted(path, 'tmpfs', { breakDown: unsupported, repair: unsupported });
}

function mounted(path: string, kind: Disk['kind'], how: Pick<Disk, 'breakDown' | 'repair'>): Disk {
  const unmount = () => {
    try {
      run('umount', ['-l', path]);
    } catch {
      // It is unmounted already.
    }
  };
  process.once('exit', unmount);
  return {
    path,
    kind,
    unavailable: null,
    cannotFill: null,
    ...how,
    fill() {
      fill(join(path, ballastName));
      // ext4 frees the blocks of removed files only when it commits, some seconds later.
      run('sync', ['-f', path]);
      fill(join(path, ballastName));
    },
    free: () => rmSync(join(path, ballastName), { force: true }),
    remount: (mode) => run('mount', ['-o', `remount,${mode}`, path]),
    close() {
      process.off('exit', unmount);
      unmount();
    },
  };
}

function ordinary(path: string, unavailable: string, injection?: Injection): Disk {
  const no = () => {
    throw new Error(`no disk of its own: ${unavailable}`);
  };
  return {
    path,
    kind: 'folder',
    unavailable,
    cannotFill: injection ? null : unavailable,
    fill: injection?.fill ?? no,
    free: injection?.free ?? no,
    remount: no,
    breakDown: no,
    repair: no,
    close() {},
  };
}

function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let size = 1 << 20; size >= 1; size >>= 1) fillWith(file, Buffer.alloc(size, 0x55));
  } finally {
    closeSync(file);
  }
}

/** Writes pieces of one size until one does not fit any more. */
function fillWith(file: number, piece: Buffer): void {
  try {
    while (writeSync(file, piece) === piece.length);
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
}
