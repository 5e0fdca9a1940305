import { type Clock, onNextTurn } from '../runtime/clock.ts';

/** Work that goes before other work: while any of it is under way, what runs only beside it waits, but not for ever. */
export class Precedence {
  private underWay = 0;
  private readonly waiting = new Set<() => void>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Runs work that goes before. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      // Callers that wait for this work, and begin more of it in the next turn, come before what only runs beside.
      if (this.waiting.size > 0) onNextTurn(() => onNextTurn(() => this.goOn()));
    }
  }

  /** Resolves once no such work is under way; where it never ends, after `waitMsMax`. */
  turn(waitMsMax: number): Promise<void> {
    if (this.underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const goOn = () => {
        timer.cancel();
        this.waiting.delete(goOn);
        resolve();
      };
      const timer = this.clock.setTimer(waitMsMax, goOn);
      this.waiting.add(goOn);
    });
  }

  private goOn(): void {
    if (this.underWay === 0) for (const goOn of [...this.waiting]) goOn();
  }
}
