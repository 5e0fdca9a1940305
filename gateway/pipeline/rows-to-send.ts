import { onNextTurn } from '../../shared/runtime/clock.ts';
import type { ColumnBatch } from '../ports/watch.ts';

/**
 * Rows for the windows on their way to the main thread. They are sent with the next answer to a slab, because waking
 * the other thread is the main cost of a message; without an answer they are sent alone at the end of the turn.
 */
export class RowsToSend {
  private readonly sendAlone: (batches: ColumnBatch[]) => void;
  private batches: ColumnBatch[] = [];

  constructor(sendAlone: (batches: ColumnBatch[]) => void) {
    this.sendAlone = sendAlone;
  }

  add(batch: ColumnBatch): void {
    this.batches.push(batch);
    if (this.batches.length === 1) onNextTurn(() => this.flush());
  }

  /** Removes and returns the waiting rows, oldest first, for a caller that is about to send a message. */
  take(): ColumnBatch[] {
    const { batches } = this;
    this.batches = [];
    return batches;
  }

  /** Sends the waiting rows, ahead of a message that must not overtake them. */
  flush(): void {
    if (this.batches.length > 0) this.sendAlone(this.take());
  }
}

/** Returns the memory of batches, which is transferred with them. */
export function buffersOf(batches: readonly ColumnBatch[]): ArrayBuffer[] {
  return batches.flatMap(({ machineIndex, timeMs, offset, values }) =>
    [machineIndex, timeMs, offset, values].map((array) => array.buffer as ArrayBuffer),
  );
}

/**
 * The receiver must still be told of new machines and sensors, or later rows would refer to machines that it does not
 * know.
 */
export function withoutRows(columns: ColumnBatch): ColumnBatch {
  const empty = {
    machineIndex: new Int32Array(0),
    timeMs: new Float64Array(0),
    offset: new Int32Array(1),
  };
  const availability = columns.availability?.map((one) => ({ ...one, row: 0 }));
  return { ...columns, ...empty, values: new Float32Array(0), ...(availability && { availability }) };
}
