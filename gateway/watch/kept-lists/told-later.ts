import type { Clock, Timer } from '../../../shared/runtime/clock.ts';

const againMs = 10_000;

/** Has the cloud told again, in a while, what it could not be told: the journal was full, or the disk could not be written. */
export class ToldLater {
  private readonly clock: Clock;
  private readonly tell: () => Promise<void>;
  private timer: Timer | null = null;
  private isStopped = false;

  /** @param tell tells all that is owed, calls `owe` if something still is, and never rejects */
  constructor(clock: Clock, tell: () => Promise<void>) {
    this.clock = clock;
    this.tell = tell;
  }

  /** Something could not be told. Returns false, so that whoever tells can say so. */
  owe(): false {
    if (!this.isStopped)
      this.timer ??= this.clock.setTimer(againMs, () => {
        this.timer = null;
        void this.tell();
      });
    return false;
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }
}
