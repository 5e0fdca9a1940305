import type { Clock } from '../../shared/runtime/clock.ts';

/** Longer than any batch may wait for a store that is slow (`ingest.storeWaitMsMax`). */
const stillMsMax = 180_000;

/** Notices batches that wait while none gets on. Ask it every now and then. */
export class Progress {
  private readonly clock: Clock;
  private readonly read: () => { waiting: number; done: number };
  private last = { done: -1, atMs: 0 };

  constructor(clock: Clock, read: () => { waiting: number; done: number }) {
    this.clock = clock;
    this.read = read;
  }

  /** Returns a sentence that says so, if they do. */
  problems(): string[] {
    const { waiting, done } = this.read();
    const nowMs = this.clock.monotonicMs();
    if (waiting === 0 || done !== this.last.done) this.last = { done, atMs: nowMs };
    const stillMs = nowMs - this.last.atMs;
    if (stillMs < stillMsMax) return [];
    return [`${waiting} batches wait, and none has been stored for ${Math.round(stillMs / 1_000)} s`];
  }
}
