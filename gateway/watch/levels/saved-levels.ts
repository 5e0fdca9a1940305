/** Keeps levels over restarts: they are read at the start, and written each hour and at a stop. */
import { type Clock, sleep, type Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Levels } from './levels.ts';
import type { LevelsFile } from './levels-file.ts';

const saveMs = 3_600_000;
const stopMsMax = 5_000;

export interface SavedLevelsOptions {
  file: LevelsFile;
  levels: Levels;
  clock: Clock;
  log: Log;
}

export class SavedLevels {
  saveFailures = 0;
  private readonly options: SavedLevelsOptions;
  private keeping = false;
  private isUsable = false;
  private timer: Timer | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: SavedLevelsOptions) {
    this.options = options;
  }

  /** Reads what was saved. Writes nothing until `keep`. Never rejects. */
  async start(): Promise<void> {
    const saved = this.options.file.load();
    this.isUsable = saved !== null;
    if (saved) this.options.levels.restore(saved);
  }

  /** Starts writing, once the folder is known to be this gateway's. */
  keep(): void {
    this.keeping = this.isUsable;
    this.schedule();
  }

  /** Writes, within 5 s. */
  async stop(): Promise<void> {
    const { keeping } = this;
    this.keeping = false;
    this.timer?.cancel();
    if (keeping) await Promise.race([this.write(), sleep(this.options.clock, stopMsMax)]);
  }

  private schedule(): void {
    if (!this.keeping) return;
    this.timer = this.options.clock.setTimer(saveMs, () => {
      void this.write().then(() => this.schedule());
    });
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(() => this.writeNow());
    return this.writing;
  }

  private async writeNow(): Promise<void> {
    const { file, levels, log } = this.options;
    try {
      await file.save(levels.saved());
    } catch (error) {
      if (this.saveFailures++ === 0)
        log.error(
          { code: 'LEVELS_UNWRITABLE', problem: messageOf(error) },
          'the levels of sensors could not be written; after a restart they are learnt again',
        );
    }
  }
}
