/** The number of messages that may still be sent and, with a rate, are due by now. Times are monotonic ms. */
export class Budget {
  startedAtMs = 0;
  readonly #total: number;
  readonly #durationMs: number;
  readonly #rate: number;
  #closed = false;
  sent = 0;

  constructor(limits: { total?: number | undefined; durationMs?: number | undefined; rate: number }) {
    this.#total = limits.total ?? Number.POSITIVE_INFINITY;
    this.#durationMs = limits.durationMs ?? Number.POSITIVE_INFINITY;
    this.#rate = limits.rate;
  }

  begin(nowMs: number): void {
    this.startedAtMs = nowMs;
  }

  /** Sets the rest to nothing. */
  close(): void {
    this.#closed = true;
  }

  left(nowMs: number): number {
    if (this.#closed || nowMs - this.startedAtMs >= this.#durationMs) return 0;
    return this.#total - this.sent;
  }

  /** Number of messages that are due by the rate and not sent. */
  due(nowMs: number): number {
    return Math.floor(((nowMs - this.startedAtMs) / 1_000) * this.#rate) - this.sent;
  }

  /** When the next message was or will be due. */
  get nextDueAtMs(): number {
    return this.startedAtMs + (this.sent / this.#rate) * 1_000;
  }
}
