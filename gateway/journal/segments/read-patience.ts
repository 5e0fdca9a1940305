import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';

/** A read error that passes (a loose cable, a busy card) is over by then. */
export const readPatienceMs = 30_000;

/**
 * Decides when something in a lane that the disk cannot give is given up as damaged: not while the error may pass, for
 * what is given up is never read again; but not never, for what lies behind it is waiting.
 */
export class ReadPatience {
  private readonly dir: string;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly isDiskWell: () => Promise<boolean>;
  private sinceMs: number | null = null;
  private failedNow = false;

  /** `isDiskWell` writes and syncs something: a disk that is gone cannot, and then nothing on it is damaged. */
  constructor(parts: { dir: string; clock: Clock; log: Log; isDiskWell(): Promise<boolean> }) {
    this.dir = parts.dir;
    this.clock = parts.clock;
    this.log = parts.log;
    this.isDiskWell = parts.isDiskWell;
  }

  /** Runs one read, and says when reading begins to fail and when it goes through again. */
  async during<T>(read: () => Promise<T>): Promise<T> {
    this.failedNow = false;
    try {
      const result = await read();
      if (this.sinceMs !== null && !this.failedNow) {
        this.sinceMs = null;
        this.log.info({ dir: this.dir }, 'the journal can be read again');
      }
      return result;
    } catch (error) {
      this.note(error);
      throw error;
    }
  }

  /** What a read has met: resolves when it is to be given up. @throws the error while it may pass */
  async failed(error: unknown): Promise<void> {
    const sinceMs = this.note(error);
    this.failedNow = true;
    const isLasting = this.clock.monotonicMs() - sinceMs >= readPatienceMs;
    if (!isLasting || !(await this.isDiskWell())) throw error;
  }

  /** Since when reading fails. */
  private note(error: unknown): number {
    if (this.sinceMs === null) {
      this.sinceMs = this.clock.monotonicMs();
      const cause = messageOf(error);
      this.log.error({ dir: this.dir, cause }, 'the journal cannot be read; it is tried again');
    }
    return this.sinceMs;
  }
}
