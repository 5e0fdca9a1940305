import { readFileSync, writeFileSync } from 'node:fs';

/** One message's way to its acknowledgement: when it was due, in ms since 1970, and how long it took. */
export interface LatencyEntry {
  dueAtMs: number;
  latencyMs: number;
}

/** Latencies one by one, for whoever wants to know when they were large. What exceeds the room is not kept. */
export class LatencyLog {
  readonly #numbers: Float64Array;
  #count = 0;

  constructor(entriesMax: number) {
    this.#numbers = new Float64Array(2 * entriesMax);
  }

  /** `sentAtMs` as `performance.now()` of this process says it. */
  add(latencyMs: number, sentAtMs: number): void {
    const at = 2 * this.#count;
    if (at >= this.#numbers.length) return;
    this.#numbers[at] = performance.timeOrigin + sentAtMs;
    this.#numbers[at + 1] = latencyMs;
    this.#count++;
  }

  write(file: string): void {
    writeFileSync(file, new Uint8Array(this.#numbers.buffer, 0, 16 * this.#count));
  }
}

export function readLatencyLog(file: string): LatencyEntry[] {
  const bytes = readFileSync(file);
  const numbers = new Float64Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    dueAtMs: numbers[2 * i]!,
    latencyMs: numbers[2 * i + 1]!,
  }));
}
