import { statfs } from 'node:fs/promises';
import type { Clock } from '../runtime/clock.ts';

const staleMs = 5_000;

/**
 * How much room a folder's disk has left for us. Asked in the background, a question at a time: a disk that hangs must
 * not hold up who wants to know.
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

  /** As last heard, and asked again if that was a while ago; null until there was an answer, or when there is none. */
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
