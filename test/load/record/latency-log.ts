import { readFileSync, writeFileSync } from 'node:fs';

/** The latency of one message: when it was due, in ms since 1970, and how long its acknowledgement took. */
export interface LatencyEntry {
  dueAtMs: number;
  latencyMs: number;
}

/** Records single latencies, to find out when they were large. Entries beyond the limit are not kept. */
export class LatencyLog {
  readonly #numbers: Float64Array;
  #count = 0;

  constructor(entriesMax: number) {
    this.#numbers = new Float64Array(2 * entriesMax);
  }

  /** `sentAtMs` is a time of this process's `performance.now()`. */
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
