import type { ColumnBatch } from '../ports/watch.ts';

/**
 * Rows for the windows on their way to the main thread. They go along with the next answer to a slab, since what a message
 * between threads costs is to wake the other one; without an answer they go alone at the end of the turn.
 */
export class RowsToSend {
  private readonly sendAlone: (batches: ColumnBatch[]) => void;
  private batches: ColumnBatch[] = [];

  constructor(sendAlone: (batches: ColumnBatch[]) => void) {
    this.sendAlone = sendAlone;
  }

  add(batch: ColumnBatch): void {
    this.batches.push(batch);
    if (this.batches.length === 1) setImmediate(() => this.flush());
  }

  /** Those that waited, oldest first, for whoever sends something now. */
  take(): ColumnBatch[] {
    const { batches } = this;
    this.batches = [];
    return batches;
  }

  /** Sends what waits, ahead of something that must not overtake it. */
  flush(): void {
    if (this.batches.length > 0) this.sendAlone(this.take());
  }
}

/** The memory of batches, to be handed over with them. */
export function buffersOf(batches: readonly ColumnBatch[]): ArrayBuffer[] {
  return batches.flatMap(({ machineIndex, timeMs, offset, values }) =>
    [machineIndex, timeMs, offset, values].map((array) => array.buffer as ArrayBuffer),
  );
}
