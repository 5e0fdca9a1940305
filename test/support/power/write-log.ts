/**
 * Power cuts (test/support/power): disks on which every write and every flush is recorded, and what such a disk holds when
 * its power fails at any of them. logged-disk.ts makes one of a file; here is what its log says.
 *
 * The log is that of QEMU's blklogwrites, which is that of Linux' dm-log-writes: a sector that says which it is, then for each
 * request a sector of header and what was written.
 */
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { Random } from '../../../shared/runtime/random.ts';

const sector = 512;
/** A disk writes so much wholly or not at all: SSDs, cards and today's hard disks do, whatever they call a sector. */
const atom = 4_096;
const magic = 0x6a736677736872n;
const flag = { flush: 1n, unitAccess: 2n, discard: 4n };

export interface Write {
  /** In the log, of the first byte after it: what was acknowledged when the log was shorter came before it. */
  end: number;
  flush: boolean;
  /** Durable when done, whatever else is. */
  forced: boolean;
  discard: boolean;
  /** On the disk, in bytes. */
  at: number;
  bytes: number;
  /** In the log, of what was written. */
  data: number;
}

/** Reads the headers of a log. A request that was not yet logged whole was not done. @throws Error if it has none */
export function readWrites(log: string): Write[] {
  const size = statSync(log).size;
  const file = openSync(log, 'r');
  try {
    const head = Buffer.alloc(32);
    readSync(file, head, 0, 32, 0);
    if (head.readBigUInt64LE(0) !== magic || head.readUInt32LE(24) !== sector)
      throw new Error(`${log} has no log of writes with sectors of ${sector} bytes`);
    const writes: Write[] = [];
    for (let position = sector; position + sector <= size; ) {
      readSync(file, head, 0, 32, position);
      const flags = head.readBigUInt64LE(16);
      const discard = (flags & flag.discard) !== 0n;
      const bytes = Number(head.readBigUInt64LE(8)) * sector;
      const data = position + sector;
      const end = data + (discard ? 0 : bytes);
      if (end > size) break;
      const at = Number(head.readBigUInt64LE(0)) * sector;
      const flush = (flags & flag.flush) !== 0n;
      const forced = (flags & flag.unitAccess) !== 0n;
      writes.push({ end, flush, forced, discard, at, bytes, data });
      position = end;
    }
    return writes;
  } finally {
    closeSync(file);
  }
}

/**
 * Number of the first writes that a disk surely keeps if its power fails after `count` of them: those before the last
 * flush.
 */
export function flushedOf(writes: readonly Write[], count: number): number {
  for (let index = count - 1; index >= 0; index--) if (writes[index]!.flush) return index + 1;
  return 0;
}

/** Writes to a disk what a log says. Of a write that was not flushed, a disk may keep all, nothing, or a first part. */
export class Replay {
  readonly #log: number;
  readonly #disk: number;

  constructor(log: string, disk: string) {
    this.#log = openSync(log, 'r');
    this.#disk = openSync(disk, 'r+');
  }

  whole(writes: readonly Write[]): void {
    for (const write of writes) this.#apply(write, write.bytes);
  }

  /** Applies what happens to be kept of writes that were not flushed. Their order is not kept. */
  torn(writes: readonly Write[], random: Random): void {
    for (const write of writes) {
      const chance = random.next();
      const torn = Math.floor((write.at + random.next() * write.bytes) / atom) * atom;
      if (write.forced || chance < 0.45) this.#apply(write, write.bytes);
      else if (chance < 0.6) this.#apply(write, Math.max(0, torn - write.at));
    }
  }

  #apply(write: Write, bytes: number): void {
    if (bytes === 0) return;
    const content = Buffer.alloc(bytes);
    if (!write.discard) readSync(this.#log, content, 0, bytes, write.data);
    writeSync(this.#disk, content, 0, bytes, write.at);
  }

  close(): void {
    closeSync(this.#log);
    closeSync(this.#disk);
  }
}
