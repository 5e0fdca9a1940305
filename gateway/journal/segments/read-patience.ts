import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';

/** A temporary read error (a loose cable, a busy card) is over by then. */
export const readPatienceMs = 30_000;

/**
 * Decides when unreadable blocks of a lane are given up as damaged. Not while the error may be temporary, because
 * given-up blocks are never read again; but eventually, because the blocks behind them wait.
 */
export class ReadPatience {
  private readonly dir: string;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly isDiskWell: () => Promise<boolean>;
  private sinceMs: number | null = null;
  private failedNow = false;

  /**
   * `isDiskWell` writes and syncs something: on a disk that has failed as a whole it returns false, and then nothing is
   * given up.
   */
  constructor(parts: { dir: string; clock: Clock; log: Log; isDiskWell(): Promise<boolean> }) {
    this.dir = parts.dir;
    this.clock = parts.clock;
    this.log = parts.log;
    this.isDiskWell = parts.isDiskWell;
  }

  /** Runs one read, and logs when reading starts to fail and when it works again. */
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

  /**
   * Called after a failed read; resolves when the blocks must be given up. @throws the error while it may be temporary
   */
  async failed(error: unknown): Promise<void> {
    const sinceMs = this.note(error);
    this.failedNow = true;
    const isLasting = this.clock.monotonicMs() - sinceMs >= readPatienceMs;
    if (!isLasting || !(await this.isDiskWell())) throw error;
  }

  /** Returns for how long reading has been failing. */
  private note(error: unknown): number {
    if (this.sinceMs === null) {
      this.sinceMs = this.clock.monotonicMs();
      const cause = messageOf(error);
      this.log.error({ dir: this.dir, cause }, 'the journal cannot be read; this is retried');
    }
    return this.sinceMs;
  }
}
