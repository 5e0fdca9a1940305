/** The gateway's disk: the journal's disk in memory, with latency, and with faults that start and end. */
import type { JournalFs } from '../../../gateway/journal/fs.ts';
import {
  type Access,
  MemoryDisk,
  type Operation,
  systemError,
} from '../../../gateway/journal/memory-disk.testing.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { between, never, type Process, pick, type World, whole } from '../world/world.ts';

const latencyMs: Partial<Record<Operation, [from: number, to: number]>> = {
  write: [0.02, 0.5],
  datasync: [0.3, 6],
  syncDir: [0.1, 2],
  rename: [0.02, 0.3],
  remove: [0.02, 0.3],
  create: [0.02, 0.3],
  truncate: [0.02, 0.3],
};
/** The share of reads with latency. The others are answered from the page cache immediately. */
const readsWithLatency = 0.15;

export class SimulatedDisk {
  slowness = 1;
  readonly errors = new Set<{ operation: Operation; code: string; kind: string }>();
  /** Pages that cannot be read. */
  readonly badPages = new Set<{ path: string; at: number }>();
  /** Number of failed attempts to read blocks, and when the last attempt to read an event failed. */
  failedReads = 0;
  eventsFailedMs = Number.NEGATIVE_INFINITY;
  /** Number of segment files and of state files that were damaged without the gateway's knowledge. */
  readonly flips = { segment: 0, state: 0 };
  /** Number of dropped segments of readings. With them, knowledge of resends and occupied times is lost. */
  dropped = 0;
  readonly disk = new MemoryDisk();
  private readonly world: World;
  private readonly random: Random;
  private readonly writes = new Set<Access>();
  private process: Process | null = null;

  constructor(world: World) {
    this.world = world;
    this.random = world.random('disk');
    this.disk.onOperation = (operation, path, access) => this.before(operation, path, access);
  }

  mount(process: Process): JournalFs {
    this.process = process;
    return this.disk.mount();
  }

  /** The disk after the run, without latency and faults. */
  afterwards(): JournalFs {
    this.disk.kill();
    this.disk.onOperation = () => undefined;
    return this.disk.mount();
  }

  /** @param isByOthers most of the disk is not the journal's */
  fill(freeBytes: number, isByOthers: boolean): void {
    this.disk.capacityBytes = this.disk.usedBytes + freeBytes;
    this.disk.othersBytes = isByOthers ? 2 * this.disk.capacityBytes : 0;
  }

  free(): void {
    this.disk.capacityBytes = Number.POSITIVE_INFINITY;
    this.disk.othersBytes = 0;
  }

  /** The process stopped, or the power went: writes in progress are on disk in part. */
  crash(power: boolean): void {
    for (const access of this.writes) {
      if (this.random.next() < 0.5) access.partly(whole(this.random, 0, access.to - access.from));
    }
    this.writes.clear();
    if (power) this.disk.crash(this.random);
    else this.disk.kill();
  }

  /** Returns all files by path, to be put on another disk. */
  copy(): Map<string, Buffer> {
    return new Map(this.disk.paths().map((path) => [path, this.disk.bytesOf(path)]));
  }

  /** Replaces everything that is on it, while no process uses it. */
  restore(copy: ReadonlyMap<string, Buffer>): void {
    for (const path of this.disk.paths()) this.disk.delete(path);
    for (const [path, bytes] of copy) this.disk.put(path, bytes);
  }

  /** Flips one bit of one file, durably. Returns a description of it, or null if there is no such file. */
  flip(target: 'segment' | 'state'): string | null {
    const paths = this.journal().filter((path) => path.endsWith('.seg') === (target === 'segment'));
    if (paths.length === 0) return null;
    const path = pick(this.random, paths);
    let at = -1;
    this.disk.change(path, (bytes) => {
      if (bytes.length === 0) return bytes;
      at = whole(this.random, 0, bytes.length - 1);
      bytes[at]! ^= 1 << whole(this.random, 0, 7);
      return bytes;
    });
    if (at < 0) return null;
    this.flips[target]++;
    return `${path} at ${at}`;
  }

  /** Makes one page of a journal file unreadable. Returns a function that makes it readable again. */
  damagePage(): () => void {
    const path = pick(this.random, this.journal());
    if (path === undefined) return () => undefined;
    const page = { path, at: whole(this.random, 0, Math.max(0, this.disk.sizeOf(path) - 1)) };
    this.world.note(`bad page: ${path} at ${page.at}`);
    this.badPages.add(page);
    return () => this.badPages.delete(page);
  }

  private journal(): string[] {
    return this.disk.paths().filter((path) => path.includes('/journal/'));
  }

  private isBad(path: string, { from, to }: Access): boolean {
    for (const page of this.badPages) if (page.path === path && from <= page.at && page.at < to) return true;
    return false;
  }

  private async before(operation: Operation, path: string, access: Access): Promise<void> {
    const { process, world } = this;
    world.operation(operation);
    if (!process?.alive) return never();
    const range = latencyMs[operation];
    if (range || this.random.next() < readsWithLatency) {
      const [from, to] = range ?? [0.01, 0.3];
      if (operation === 'write') this.writes.add(access);
      await process.pause(between(this.random, from, to) * this.slowness);
      this.writes.delete(access);
    }
    world.note(`disk ${operation} ${path}`);
    if (operation === 'remove' && path.includes('/readings/')) this.dropped++;
    if (operation === 'read' && this.isBad(path, access)) throw this.failure('EIO', operation, path);
    for (const error of this.errors) {
      if (error.operation !== operation) continue;
      if (error.kind === 'disk-letters-error' && !path.includes('/deadletters/')) continue;
      if (operation === 'write') access.partly(whole(this.random, 0, access.to - access.from));
      throw this.failure(error.code, operation, path);
    }
  }

  private failure(code: string, operation: Operation, path: string): Error {
    if (['read', 'open'].includes(operation) && path.endsWith('.seg') && path.includes('/journal/')) {
      this.failedReads++;
      if (path.includes('/events/')) this.eventsFailedMs = this.world.nowMs;
    }
    return systemError(code);
  }
}
