import { type Clock, sleep } from '../../shared/runtime/clock.ts';

/**
 * Places rows on the recording's time line, in seconds from its start, in the order of the file. Rows with
 * times are placed at them; but a machine that first appears at an earlier time than rows already sent (in a
 * file sorted by machine) begins at the current time and keeps its own intervals. Rows without times are
 * placed `1 / rowsPerSecond` apart for each machine.
 */
export class TimeLine {
  readonly #stepS: number;
  readonly #lastOf = new Map<string, number>();
  #latestS = 0;
  #latestTimeMs = Number.NEGATIVE_INFINITY;
  #anchor: { timeMs: number; atS: number } | null = null;

  constructor(rowsPerSecond: number) {
    this.#stepS = 1 / rowsPerSecond;
  }

  secondsAt(machine: string, timeMs: number | null): number {
    const before = this.#lastOf.get(machine);
    let atS: number;
    if (timeMs !== null) {
      if (!this.#anchor || (before === undefined && timeMs < this.#latestTimeMs)) {
        this.#anchor = { timeMs, atS: this.#latestS };
        this.#latestTimeMs = timeMs;
      }
      atS = this.#anchor.atS + (timeMs - this.#anchor.timeMs) / 1_000;
      this.#latestTimeMs = Math.max(this.#latestTimeMs, timeMs);
    } else {
      atS = Math.max(before === undefined ? 0 : before + this.#stepS, this.#latestS);
    }
    this.#latestS = Math.max(this.#latestS, atS);
    this.#lastOf.set(machine, atS);
    return atS;
  }
}

/** Waits until a row is due. Late rows are sent at once and never skipped. */
export class Pacer {
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #startedAtMs: number;

  constructor(speed: number | 'max', clock: Clock) {
    this.#speed = speed === 'max' ? Number.POSITIVE_INFINITY : speed;
    this.#clock = clock;
    this.#startedAtMs = clock.monotonicMs();
  }

  async waitFor(atS: number, signal: AbortSignal): Promise<void> {
    const dueMs = (atS / this.#speed) * 1_000;
    while (!signal.aborted) {
      const waitMs = this.#startedAtMs + dueMs - this.#clock.monotonicMs();
      if (waitMs < 1) return;
      // Timers hold at most 24 days, so long gaps are waited for in parts.
      await sleep(this.#clock, Math.min(waitMs, 3_600_000), signal);
    }
  }
}
