import { type Clock, every, type Timer } from './clock.ts';

/** Looks after something again and again: one look at a time, and its end waits for the look that is under way. */
export class RegularLook {
  private readonly clock: Clock;
  private readonly periodMs: number;
  private readonly work: () => Promise<void>;
  private timer: Timer | null = null;
  private looking: Promise<void> | null = null;

  /** @param work must not reject */
  constructor(clock: Clock, periodMs: number, work: () => Promise<void>) {
    this.clock = clock;
    this.periodMs = periodMs;
    this.work = work;
  }

  /** Looks first after one period. */
  async start(): Promise<void> {
    this.timer = every(this.clock, this.periodMs, () => void this.look());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.looking;
  }

  /** Looks now; while a look is under way, resolves with that one. */
  look(): Promise<void> {
    this.looking ??= this.work().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }
}
