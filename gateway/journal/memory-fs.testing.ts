/**
 * A disk in memory that can fail, for tests and simulations. What it models:
 * - the page cache: written bytes are seen at once, and survive a crash for certain only after a datasync. At a crash,
 *   each unsynced 512-byte sector stays old or becomes new by chance, and so does the file's length; what lies between
 *   the old and the new length and was not written back reads as zeros;
 * - folders: what is created, renamed or removed survives for certain only after syncDir. At a crash a chance number of
 *   the unsynced changes, the first ones, have been made (a journalling file system keeps their order);
 * - a failed datasync: as in Linux, the pages that were not written are forgotten, and later syncs say nothing of them;
 * - a full disk: writes beyond `capacityBytes` write what fits and throw ENOSPC;
 * - faults of your own: `onOperation` may throw, and may say how much of a write is done before.
 */
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { JournalFile, JournalFs } from './fs.ts';

const sectorBytes = 512;

export type Operation =
  | 'write'
  | 'read'
  | 'datasync'
  | 'truncate'
  | 'create'
  | 'open'
  | 'remove'
  | 'rename'
  | 'syncDir';

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** One file's bytes: as seen, and as they would be after a power cut. */
class Inode {
  seen: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  /** Sectors written or cut since they were last written back. */
  dirty = new Set<number>();

  resize(bytes: number): void {
    const resized = Buffer.alloc(bytes);
    this.seen.copy(resized);
    const [low, high] = [Math.min(bytes, this.seen.length), Math.max(bytes, this.seen.length)];
    this.seen = resized;
    this.touch(low, high);
  }

  write(bytes: Buffer, position: number): void {
    if (position + bytes.length > this.seen.length) this.resize(position + bytes.length);
    bytes.copy(this.seen, position);
    this.touch(position, position + bytes.length);
  }

  sync(): void {
    this.durable = this.surviving(() => true, this.seen.length);
    this.dirty.clear();
  }

  /** What is on the platter when the power goes. */
  crash(random: Random): void {
    const [low, high] = [this.durable.length, this.seen.length].sort((a, b) => a - b) as [number, number];
    const length =
      this.dirty.size === 0 ? this.durable.length : low + Math.floor(random.next() * (high - low + 1));
    this.durable = this.surviving(() => random.next() < 0.5, length);
    this.seen = Buffer.from(this.durable);
    this.dirty.clear();
  }

  /** The durable bytes with those dirty sectors written back that `isWritten` chooses. */
  private surviving(isWritten: (sector: number) => boolean, length: number): Buffer {
    const result = Buffer.alloc(length);
    this.durable.copy(result);
    for (const sector of this.dirty) {
      if (!isWritten(sector)) continue;
      const from = sector * sectorBytes;
      this.seen.copy(result, from, from, Math.min(from + sectorBytes, this.seen.length, length));
    }
    return result;
  }

  private touch(from: number, to: number): void {
    for (let at = Math.floor(from / sectorBytes); at * sectorBytes < to; at++) this.dirty.add(at);
  }
}

type DirChange = { dir: string; apply(entries: Map<string, Inode>): void };

export class MemoryJournalFs implements JournalFs {
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Called before each operation. Throw to fail it; for a write, `partly(n)` first writes the n first bytes. */
  onOperation: (operation: Operation, path: string, partly: (bytes: number) => void) => void | Promise<void> =
    () => undefined;
  private files = new Map<string, Inode>();
  private durableFiles = new Map<string, Inode>();
  private unsynced: DirChange[] = [];
  private dirs = new Set<string>();
  private locked = new Set<string>();
  /** Raised by a crash: handles and calls of before do nothing any more. */
  private life = 0;

  /** Cuts the power, and brings back what survived. Calls still under way fail. */
  crash(random: Random): void {
    this.life++;
    const kept = Math.floor(random.next() * (this.unsynced.length + 1));
    for (const change of this.unsynced.slice(0, kept)) change.apply(this.durableFiles);
    this.unsynced = [];
    this.files = new Map(this.durableFiles);
    for (const inode of new Set(this.files.values())) inode.crash(random);
    this.locked.clear();
  }

  /** Ends the process but not the machine: all that was written is there. */
  kill(): void {
    this.life++;
    this.locked.clear();
  }

  /** A file's bytes, to look at or to damage; changes made to it are durable. */
  change(path: string, edit: (bytes: Buffer) => Buffer): void {
    const inode = this.inode(path);
    inode.seen = inode.durable = Buffer.from(edit(Buffer.from(inode.seen)));
    inode.dirty.clear();
  }

  put(path: string, bytes: Buffer): void {
    const inode = new Inode();
    inode.seen = inode.durable = Buffer.from(bytes);
    this.files.set(path, inode);
    this.durableFiles.set(path, inode);
  }

  paths(): string[] {
    return [...this.files.keys()].sort();
  }

  get usedBytes(): number {
    return [...this.files.values()].reduce((sum, inode) => sum + inode.seen.length, 0);
  }

  async makeDir(path: string): Promise<void> {
    this.dirs.add(path);
  }

  async list(path: string): Promise<string[]> {
    const prefix = `${path}/`;
    const inside = this.paths().filter((file) => file.startsWith(prefix));
    return inside.map((file) => file.slice(prefix.length)).filter((name) => !name.includes('/'));
  }

  async open(path: string, mode: 'create' | 'read' | 'write'): Promise<JournalFile> {
    await this.operate(mode === 'create' ? 'create' : 'open', path);
    if (mode === 'create') {
      const existing = this.files.get(path);
      if (existing) existing.resize(0);
      else this.link(path, new Inode());
    }
    return this.fileOf(this.inode(path), path);
  }

  async remove(path: string): Promise<void> {
    await this.operate('remove', path);
    this.inode(path);
    this.files.delete(path);
    this.later(path, (entries) => entries.delete(path));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.operate('rename', from);
    const inode = this.inode(from);
    const move = (entries: Map<string, Inode>) => {
      entries.delete(from);
      entries.set(to, inode);
    };
    move(this.files);
    this.later(to, move);
  }

  async syncDir(path: string): Promise<void> {
    await this.operate('syncDir', path);
    for (const change of this.unsynced) if (change.dir === path) change.apply(this.durableFiles);
    this.unsynced = this.unsynced.filter((change) => change.dir !== path);
  }

  async lock(dir: string): Promise<() => Promise<void>> {
    if (this.locked.has(dir)) throw new HarbingerError('JOURNAL_LOCKED', 'journal', `${dir} is held`);
    const { life } = this;
    this.locked.add(dir);
    return async () => {
      if (life === this.life) this.locked.delete(dir);
    };
  }

  private fileOf(inode: Inode, path: string): JournalFile {
    const { life } = this;
    const operate = (operation: Operation, partly?: (bytes: number) => void) =>
      this.operate(operation, path, { life, partly });
    return {
      write: async (buffers, position) => {
        const bytes = Buffer.concat(buffers);
        const partly = (count: number) => inode.write(bytes.subarray(0, count), position);
        await operate('write', partly);
        const others = this.usedBytes - inode.seen.length;
        const fits = Math.max(0, this.capacityBytes - others - position);
        partly(Math.min(bytes.length, fits));
        if (bytes.length > fits) throw systemError('ENOSPC');
      },
      read: async (buffer, position) => {
        await operate('read');
        return inode.seen.copy(buffer, 0, Math.min(position, inode.seen.length));
      },
      datasync: async () => {
        try {
          await operate('datasync');
        } catch (error) {
          if (life === this.life) inode.dirty.clear();
          throw error;
        }
        inode.sync();
      },
      truncate: async (bytes) => {
        await operate('truncate');
        inode.resize(bytes);
      },
      size: async () => inode.seen.length,
      close: async () => undefined,
    };
  }

  private async operate(
    operation: Operation,
    path: string,
    of: { life: number; partly?: ((bytes: number) => void) | undefined } = { life: this.life },
  ): Promise<void> {
    if (of.life !== this.life) throw systemError('EIO');
    await this.onOperation(operation, path, of.partly ?? (() => undefined));
    if (of.life !== this.life) throw systemError('EIO');
  }

  private inode(path: string): Inode {
    const inode = this.files.get(path);
    if (!inode) throw systemError('ENOENT');
    return inode;
  }

  private link(path: string, inode: Inode): void {
    this.files.set(path, inode);
    this.later(path, (entries) => entries.set(path, inode));
  }

  private later(path: string, apply: (entries: Map<string, Inode>) => void): void {
    this.unsynced.push({ dir: path.slice(0, path.lastIndexOf('/')), apply });
  }
}
