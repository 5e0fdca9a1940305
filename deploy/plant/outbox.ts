export interface Outgoing {
  topic: string;
  payload: string;
  /** May be dropped to make room. */
  reading: boolean;
}

/** A sensor's memory while the gateway is away: bounded; when it is full the oldest reading goes, and is counted. */
export class Outbox {
  readonly #max: number;
  readonly #queue: Outgoing[] = [];
  #wake: () => void = () => {};
  dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#queue.length;
  }

  put(message: Outgoing): void {
    if (this.#queue.length >= this.#max) {
      const oldest = this.#queue.findIndex((queued) => queued.reading);
      this.#queue.splice(Math.max(0, oldest), 1);
      this.dropped++;
    }
    this.#queue.push(message);
    this.#wake();
  }

  /** The oldest message, when there is one; null when `signal` aborts first. */
  async take(signal: AbortSignal): Promise<Outgoing | null> {
    while (this.#queue.length === 0) {
      if (signal.aborted) return null;
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
    }
    return this.#queue.shift()!;
  }
}
