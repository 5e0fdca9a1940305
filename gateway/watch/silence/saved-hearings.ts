/** Keeps what is known of when machines are heard over restarts: read at the start, and written seldom. */
import { type Clock, sleep, type Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { HearingsFile } from './hearings-file.ts';
import type { Silence } from './silence.ts';

/** A machine that has become known is written within this time. */
const soonMs = 10_000;
const stopMsMax = 5_000;

export interface SavedHearingsOptions {
  file: HearingsFile;
  silence: Silence;
  /** The longest time for which a change is not written. */
  saveMs: number;
  clock: Clock;
  log: Log;
}

export class SavedHearings {
  saveFailures = 0;
  private readonly options: SavedHearingsOptions;
  private isUsable = false;
  private keeping = false;
  private isChanged = false;
  private timer: Timer | null = null;
  private dueMs = Number.POSITIVE_INFINITY;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: SavedHearingsOptions) {
    this.options = options;
    options.silence.changed = (isSoon) => this.changed(isSoon);
  }

  /** Reads what was saved. Writes nothing until `keep`. Never rejects. */
  async start(): Promise<void> {
    const saved = this.options.file.load();
    this.isUsable = saved !== null;
    if (saved) this.options.silence.restore(saved);
  }

  /** Starts writing, once the folder is known to be this gateway's. */
  keep(): void {
    this.keeping = this.isUsable;
    if (this.isChanged) this.changed(true);
  }

  /** Writes, within 5 s, where it was not written at all or has changed. */
  async stop(): Promise<void> {
    const { keeping } = this;
    this.keeping = false;
    this.timer?.cancel();
    // The times at which machines were last heard have changed whenever one was.
    if (keeping) await Promise.race([this.write(), sleep(this.options.clock, stopMsMax)]);
  }

  private changed(isSoon: boolean): void {
    this.isChanged = true;
    if (!this.keeping) return;
    const { clock, saveMs } = this.options;
    const nowMs = clock.monotonicMs();
    const dueMs = nowMs + (isSoon ? Math.min(soonMs, saveMs) : saveMs);
    if (this.timer && this.dueMs <= dueMs) return;
    this.timer?.cancel();
    this.dueMs = dueMs;
    this.timer = clock.setTimer(dueMs - nowMs, () => {
      this.timer = null;
      void this.write();
    });
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(() => this.writeNow());
    return this.writing;
  }

  private async writeNow(): Promise<void> {
    const { file, silence, log } = this.options;
    this.isChanged = false;
    try {
      await file.save(silence.saved());
    } catch (error) {
      if (this.saveFailures++ === 0)
        log.error(
          { code: 'HEARINGS_UNWRITABLE', problem: messageOf(error) },
          'the rhythms of machines could not be written; after a restart they are learnt again',
        );
      this.changed(false);
    }
  }
}
