/** A check that is late by more than this was delayed: the machine slept, or this process was stopped. */
const standstillMs = 1_000;

/** Limits the wait for progress and for the last acknowledgements. Times are monotonic ms. */
export class StallDetector {
  readonly #limits: { stallMsMax: number; drainMsMax: number };
  #movedAtMs = 0;
  #drainingSinceMs: number | null = null;
  #lookedAtMs = 0;

  constructor(limits: { stallMsMax: number; drainMsMax: number }) {
    this.#limits = limits;
  }

  begin(nowMs: number): void {
    this.#movedAtMs = nowMs;
    this.#lookedAtMs = nowMs;
  }

  /** Notes progress: messages were acknowledged, or were sent where nothing acknowledges them. */
  moved(nowMs: number): void {
    this.#movedAtMs = nowMs;
  }

  drain(nowMs: number): void {
    this.#drainingSinceMs = nowMs;
  }

  /** Returns why to wait no longer, or null. It has to be called continuously. */
  exhausted(nowMs: number): 'stalled' | 'drain-timeout' | null {
    // Time in which this process itself did not run is not counted.
    const lostMs = Math.max(0, nowMs - this.#lookedAtMs - standstillMs);
    this.#lookedAtMs = nowMs;
    this.#movedAtMs += lostMs;
    if (this.#drainingSinceMs === null) {
      return nowMs - this.#movedAtMs > this.#limits.stallMsMax ? 'stalled' : null;
    }
    this.#drainingSinceMs += lostMs;
    return nowMs - this.#drainingSinceMs > this.#limits.drainMsMax ? 'drain-timeout' : null;
  }
}
