import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';

const answerMsMax = 60_000;

/** Questions of the data thread to the main thread that wait for their answers, each with a limit of time. */
export class Asked {
  private readonly clock: Clock;
  private readonly waiting = new Map<number, (error: Error | null) => void>();
  private nextId = 1;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Resolves when the main thread has done what `ask` asks for. @throws what it answers; MAIN_THREAD_SLOW (retry) */
  done(ask: (id: number) => void): Promise<void> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const late = () =>
        this.answered(
          id,
          new HarbingerError(
            'MAIN_THREAD_SLOW',
            'intelligence',
            `the main thread did not answer within ${answerMsMax} ms; check the load of disk and CPU`,
            { retry: true },
          ),
        );
      const timer = this.clock.setTimer(answerMsMax, late);
      this.waiting.set(id, (error) => {
        timer.cancel();
        if (error) reject(error);
        else resolve();
      });
      ask(id);
    });
  }

  /** An answer that comes too late is ignored. */
  answered(id: number, error: Error | null): void {
    const settle = this.waiting.get(id);
    this.waiting.delete(id);
    settle?.(error);
  }
}
