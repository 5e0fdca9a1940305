import type { Lifecycle } from '../../shared/contract/events.ts';
import type { BlockPosition } from './journal.ts';

/** Readings of one block as columns, for windows: row i is the machine `machineIndex[i]` at `timeMs[i]`. */
export interface ColumnBatch {
  /** Machines first seen in this batch get the next indexes, in order. */
  newMachines: { site: string; machine: string; machineType: string }[];
  /** Sensors first seen on machines of an open type: they become the next column of that machine. */
  newSensors: { machineIndex: number; sensor: string }[];
  machineIndex: Int32Array;
  timeMs: Float64Array;
  /** Rows + 1 entries: row i's values are `values[offset[i]] … values[offset[i + 1] - 1]`, one a column, NaN if absent. */
  offset: Int32Array;
  values: Float32Array;
  /** From the journal's tail after a restart: fill windows, decide nothing. */
  replay: boolean;
  /** Where the rows are in the journal; absent where they are in none. */
  block?: BlockPosition;
}

/** A machine failed or was replaced, as a lifecycle event says that is in the journal. */
export interface LifecycleNotice {
  state: 'failed' | 'replaced';
  about: Lifecycle;
  atMs: number;
}
