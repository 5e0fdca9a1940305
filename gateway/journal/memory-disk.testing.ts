/**
 * A disk in memory that can fail, for tests and simulations. It models
 * - the page cache: written bytes are visible at once, but survive a crash for certain only after a datasync. In a
 *   crash, each unsynced 512-byte sector randomly stays old or becomes new, and so does the file's length; sectors
 *   between the old and the new length that were not written back read as zeros;
 * - folders: creations, renames and removals survive for certain only after syncDir. In a crash, a random number of the
 *   first unsynced changes survives (a journalling file system keeps their order);
 * - a failed datasync: as in Linux, the pages that were not written are forgotten, and later syncs do not report them;
 * - a full disk: writes beyond `capacityBytes` write what fits and throw ENOSPC;
 * - injected faults: `onOperation` may throw, and may let a part of a write happen first.
 */
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { JournalFile, JournalFs } from './fs.ts';
import { Inode } from './memory-inode.testing.ts';

export type Operation =
  | 'write'
  | 'read'
  | 'datasync'
  | 'truncate'
  | 'create'
  | 'open'
  | 'list'
  | 'remove'
  | 'rename'
  | 'syncDir';

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

interface Process {
  isDead(): boolean;
}

type DirChange = { dir: string; apply(entries: Map<string, Inode>): void };

/** The operation on an open file that is about to happen. */
export interface Access {
  /** Range of bytes in the file that is read or written. */
  from: number;
  to: number;
  /** For a write: performs its first bytes before the fault. */
  partly(bytes: number): void;
}

const noAccess: Access = { from: 0, to: 0, partly: () => undefined };

export class MemoryDisk {
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Taken by others, beside the capacity. */
  othersBytes = 0;
  /** Called before each operation; may throw a `systemError` to make it fail. */
  onOperation: (operation: Operation, path: string, access: Access) => void | Promise<void> = () => undefined;
  private files = new Map<string, Inode>();
  private durableFiles = new Map<string, Inode>();
  private unsynced: DirChange[] = [];
  private mounted = { locks: new Set<string>() };

  /** Returns the disk as one process sees it, until `crash` or `kill` ends that process: after that, its calls fail. */
  mount(): JournalFs {
    const { locks } = this.mounted;
    const process: Process = { isDead: () => this.mounted.locks !== locks };
    return {
      makeDir: async () => undefined,
      list: (path) => this.operate('list', path, process, () => this.list(path)),
      open: (path, mode) => this.open(path, mode, process),
      remove: (path) =>
        this.operate('remove', path, process, () => {
          this.inode(path);
          this.enact(path, (entries) => entries.delete(path));
        }),
      rename: (from, to) =>
        this.operate('rename', from, process, () => {
          const inode = this.inode(from);
          this.enact(to, (entries) => {
            entries.delete(from);
            entries.set(to, inode);
          });
        }),
      syncDir: (path) =>
        this.operate('syncDir', path, process, () => {
          for (const change of this.unsynced) if (change.dir === path) change.apply(this.durableFiles);
          this.unsynced = this.unsynced.filter((change) => change.dir !== path);
        }),
      diskBytes: async () => this.capacityBytes + this.othersBytes,
      lock: async (dir) => {
        if (locks.has(dir)) throw new HarbingerError('JOURNAL_LOCKED', 'journal', `${dir} is held`);
        locks.add(dir);
        return async () => {
          locks.delete(dir);
        };
      },
    };
  }

  /** Cuts the power: processes end, and the disk has only what survived. */
  crash(random: Random): void {
    this.kill();
    const kept = Math.floor(random.next() * (this.unsynced.length + 1));
    for (const change of this.unsynced.slice(0, kept)) change.apply(this.durableFiles);
    this.unsynced = [];
    this.files = new Map(this.durableFiles);
    for (const inode of new Set(this.files.values())) inode.crash(random);
  }

  /** Ends the processes but not the machine: all written bytes remain. */
  kill(): void {
    this.mounted = { locks: new Set() };
  }

  /** Changes a file's bytes durably, without any process noticing. */
  change(path: string, edit: (bytes: Buffer) => Buffer): void {
    this.inode(path).replace(edit(Buffer.from(this.inode(path).seen)));
  }

  put(path: string, bytes: Buffer): void {
    const inode = new Inode();
    inode.replace(bytes);
    this.files.set(path, inode);
    this.durableFiles.set(path, inode);
  }

  delete(path: string): void {
    this.files.delete(path);
    this.durableFiles.delete(path);
  }

  paths(): string[] {
    return [...this.files.keys()].sort();
  }

  bytesOf(path: string): Buffer {
    return Buffer.from(this.inode(path).seen);
  }

  sizeOf(path: string): number {
    return this.inode(path).seen.length;
  }

  get usedBytes(): number {
    return [...this.files.values()].reduce((sum, inode) => sum + inode.seen.length, 0);
  }

  private list(path: string): string[] {
    const prefix = `${path}/`;
    const inside = this.paths().filter((file) => file.startsWith(prefix));
    return inside.map((file) => file.slice(prefix.length)).filter((name) => !name.includes('/'));
  }

  private open(path: string, mode: 'create' | 'read' | 'write', process: Process): Promise<JournalFile> {
    return this.operate(mode === 'create' ? 'create' : 'open', path, process, () => {
      if (mode === 'create') {
        const made = this.files.get(path) ?? new Inode();
        if (!this.files.has(path)) this.enact(path, (entries) => entries.set(path, made));
        made.resize(0);
      }
      return this.fileOf(this.inode(path), path, process);
    });
  }

  private fileOf(inode: Inode, path: string, process: Process): JournalFile {
    const operate = <T>(operation: Operation, effect: () => T, access?: Access) =>
      this.operate(operation, path, process, effect, access);
    return {
      write: (buffers, position) => {
        const bytes = Buffer.concat(buffers);
        const partly = (count: number) => inode.write(bytes.subarray(0, count), position);
        const effect = () => {
          const others = this.usedBytes - inode.seen.length;
          const fits = Math.max(0, this.capacityBytes - others - position);
          partly(Math.min(bytes.length, fits));
          if (bytes.length > fits) throw systemError('ENOSPC');
        };
        return operate('write', effect, { from: position, to: position + bytes.length, partly });
      },
      read: (buffer, position) => {
        const effect = () => inode.seen.copy(buffer, 0, Math.min(position, inode.seen.length));
        return operate('read', effect, { ...noAccess, from: position, to: position + buffer.length });
      },
      datasync: async () => {
        try {
          await operate('datasync', () => inode.sync());
        } catch (error) {
          if (!process.isDead()) inode.dirty.clear();
          throw error;
        }
      },
      truncate: (bytes) => operate('truncate', () => inode.resize(bytes)),
      size: async () => inode.seen.length,
      isAt: async (at) => {
        if (process.isDead()) throw systemError('EIO');
        return this.files.get(at) === inode;
      },
      close: async () => undefined,
    };
  }

  /** The effect is immediate and follows the last check that the process still runs. */
  private async operate<T>(
    operation: Operation,
    path: string,
    process: Process,
    effect: () => T,
    access: Access = noAccess,
  ): Promise<T> {
    if (!process.isDead()) await this.onOperation(operation, path, access);
    if (process.isDead()) throw systemError('EIO');
    return effect();
  }

  private inode(path: string): Inode {
    const inode = this.files.get(path);
    if (!inode) throw systemError('ENOENT');
    return inode;
  }

  /** Changes the folder now, and durably when it is synced. */
  private enact(path: string, apply: (entries: Map<string, Inode>) => void): void {
    apply(this.files);
    this.unsynced.push({ dir: path.slice(0, path.lastIndexOf('/')), apply });
  }
}
