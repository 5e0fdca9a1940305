/** A look that comes so late was kept from it: the machine slept, or somebody stopped this process. */
const standstillMs = 1_000;

/** How long the generator waits for something to move, and for the last acknowledgements. Times are monotonic ms. */
export class Patience {
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

  /** Messages were acknowledged, or went out where nothing acknowledges them. */
  moved(nowMs: number): void {
    this.#movedAtMs = nowMs;
  }

  drain(nowMs: number): void {
    this.#drainingSinceMs = nowMs;
  }

  /** Why to wait no longer; null while there is no reason. To be asked all the time. */
  exhausted(nowMs: number): 'stalled' | 'drain-timeout' | null {
    // Where this process itself did not run, nothing else can be blamed for it.
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
