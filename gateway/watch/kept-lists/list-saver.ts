import { type Clock, sleep, type Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type KeptList, listFile } from './list-file.ts';

/** Time within which urgent changes are written, unless there is another one. */
const soonMsUsual = 10_000;
const stopMsMax = 5_000;

/** Whoever knows the items. */
export interface ListOwner<T> {
  /** To be called once, before anything is learnt. */
  restore(items: readonly T[]): void;
  /** The items that are worth being kept. */
  saved(): Iterable<T>;
}

export interface ListSaverOptions<T> {
  path: string;
  kept: KeptList<T>;
  owner: ListOwner<T>;
  /** The longest time for which a change is not written. */
  saveMs: number;
  /** The same for an urgent one. */
  soonMs?: number;
  /** Something changes with nearly every reading, so nobody says so. */
  changesAlways?: boolean;
  clock: Clock;
  log: Log;
}

/** Keeps a list over restarts: it is read at the start, and written some time after a change, and at a stop. */
export class ListSaver<T> {
  saveFailures = 0;
  private readonly options: ListSaverOptions<T>;
  private readonly file: ReturnType<typeof listFile<T>>;
  private isUsable = false;
  private keeping = false;
  private isChanged = false;
  private timer: Timer | null = null;
  private dueMs = Number.POSITIVE_INFINITY;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: ListSaverOptions<T>) {
    this.options = options;
    this.file = listFile(options.path, options.kept, options.log);
  }

  /** Reads what was saved. Writes nothing until `keep`. Never rejects. */
  async start(): Promise<void> {
    const saved = this.file.load();
    this.isUsable = saved !== null;
    if (saved) this.options.owner.restore(saved);
  }

  /** Starts writing, once the folder is known to be this gateway's. */
  keep(): void {
    this.keeping = this.isUsable;
    if (this.isChanged) this.changed(true);
    if (this.options.changesAlways) this.changed(false);
  }

  /** To be called when something has changed. @param isSoon it is written within seconds */
  changed(isSoon: boolean): void {
    this.isChanged = true;
    if (!this.keeping) return;
    const { clock, saveMs, soonMs = soonMsUsual } = this.options;
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

  /** Writes, within 5 s, whether or not something has changed: what is newest changes with every reading. */
  async stop(): Promise<void> {
    const { keeping } = this;
    this.keeping = false;
    this.timer?.cancel();
    if (keeping) await Promise.race([this.write(), sleep(this.options.clock, stopMsMax)]);
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(() => this.writeNow());
    return this.writing;
  }

  private async writeNow(): Promise<void> {
    const { owner, kept, log } = this.options;
    this.isChanged = false;
    try {
      await this.file.save(owner.saved());
      if (this.options.changesAlways) this.changed(false);
    } catch (error) {
      if (this.saveFailures++ === 0)
        log.error(
          { code: kept.codes.unwritable, problem: messageOf(error) },
          `${kept.name} could not be written; after a restart they are learnt again`,
        );
      this.changed(false);
    }
  }
}
