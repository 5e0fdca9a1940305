import { statfs } from 'node:fs/promises';
import type { Clock } from '../runtime/clock.ts';

const staleMs = 5_000;

/**
 * Free space of a folder's disk. It is queried in the background, with one query at a time, so that a hanging disk does
 * not block the caller.
 */
export class FreeSpace {
  private readonly folder: string;
  private readonly clock: Clock;
  private known: number | null = null;
  private askedMs = Number.NEGATIVE_INFINITY;
  private asking = false;

  constructor(folder: string, clock: Clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * The last known value; reading it starts a new query if it is stale. Null until the first answer, or if the query
   * fails.
   */
  get bytes(): number | null {
    if (!this.asking && this.clock.monotonicMs() - this.askedMs >= staleMs) void this.ask();
    return this.known;
  }

  private async ask(): Promise<void> {
    this.asking = true;
    this.askedMs = this.clock.monotonicMs();
    try {
      const { bavail, bsize } = await statfs(this.folder);
      this.known = bavail * bsize;
    } catch {
      this.known = null;
    }
    this.asking = false;
  }
}
