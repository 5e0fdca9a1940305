export interface Outgoing {
  topic: string;
  payload: string;
  /** A reading may be dropped to make room; other messages may not. */
  reading: boolean;
}

/**
 * Bounded buffer of a sensor while the gateway is unreachable. When it is full, the oldest reading is dropped
 * and counted.
 */
export class SendBuffer {
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

  /** Waits for the oldest message and removes it; resolves to null if `signal` aborts first. */
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
