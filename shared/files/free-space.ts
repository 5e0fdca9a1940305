import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../runtime/clock.ts';
import { codeOf } from '../runtime/errors.ts';

const staleMs = 5_000;
/** With fewer bytes free, hardly anything can be written. */
const fullBytesMax = 1 << 20;

/** Free bytes of the disk on which a folder is, or will be. @throws system errors */
export async function freeBytesOf(folder: string): Promise<number> {
  try {
    return await bytesAt(folder);
  } catch (error) {
    const parent = dirname(resolve(folder));
    if (codeOf(error) !== 'ENOENT' || parent === resolve(folder)) throw error;
    return freeBytesOf(parent);
  }
}

async function bytesAt(folder: string): Promise<number> {
  return (await spaceAt(folder)).freeBytes;
}

async function spaceAt(folder: string): Promise<{ freeBytes: number; sizeBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

/**
 * Free space of a folder's disk. It is queried in the background, with one query at a time, so that a hanging disk does
 * not block the caller.
 */
export class FreeSpace {
  private readonly folder: string;
  private readonly clock: Clock;
  private known: { freeBytes: number; sizeBytes: number } | null = null;
  private askedMs = Number.NEGATIVE_INFINITY;
  private asking = false;

  constructor(folder: string, clock: Clock) {
    this.folder = folder;
    this.clock = clock;
    void this.ask();
  }

  /**
   * The last known value; reading it starts a new query if it is stale. Null until the first answer, or if the query
   * fails.
   */
  get bytes(): number | null {
    return this.space?.freeBytes ?? null;
  }

  /** The same with the size of the disk. */
  get space(): { freeBytes: number; sizeBytes: number } | null {
    if (!this.asking && this.clock.monotonicMs() - this.askedMs >= staleMs) void this.ask();
    return this.known;
  }

  /** True if the disk is known to be full. */
  get isFull(): boolean {
    const { bytes } = this;
    return bytes !== null && bytes < fullBytesMax;
  }

  private async ask(): Promise<void> {
    this.asking = true;
    this.askedMs = this.clock.monotonicMs();
    this.known = await spaceAt(this.folder).catch(() => null);
    this.asking = false;
  }
}
