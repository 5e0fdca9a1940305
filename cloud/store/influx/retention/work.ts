import { type Clock, sleep } from '../../../../shared/runtime/clock.ts';

/** Storing gets at least as much time as the pieces of a pass, and at least so long after each. */
const pauseMsMin = 20;

/** A pass in pieces, with a pause after each. */
export class Work {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Whether nothing more may be begun. */
  get isOver(): boolean {
    return this.#signal.aborted;
  }

  async piece<T>(run: () => Promise<T>): Promise<T> {
    const beganMs = this.#clock.monotonicMs();
    const result = await run();
    await sleep(this.#clock, Math.max(pauseMsMin, this.#clock.monotonicMs() - beganMs), this.#signal);
    return result;
  }

  /** How long a piece took. */
  async timed<T>(run: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
    const beganMs = this.#clock.monotonicMs();
    const result = await run();
    return { result, tookMs: this.#clock.monotonicMs() - beganMs };
  }
}
