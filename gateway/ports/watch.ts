import type { Lifecycle } from '../../shared/contract/events.ts';
import type { BlockPosition } from './journal.ts';

/** Readings of one block as columns, for windows: row i is the machine `machineIndex[i]` at `timeMs[i]`. */
export interface ColumnBatch {
  /**
   * Machines, or sensors of them (`column`), that were retired: they are forgotten until they send again. Absent if there
   * are none. It precedes everything else in the batch.
   */
  retired?: { machineIndex: number; column?: number }[];
  /** Machines first seen in this batch. Batches may overtake one another, so the order of machines says nothing. */
  newMachines: { machineIndex: number; site: string; machine: string; machineType: string }[];
  /**
   * Machines whose sender became known with this batch: the user, or the client if there is none. Readings from the
   * journal after a restart have no sender. Absent if there are none.
   */
  newOwners?: { machineIndex: number; owner: string }[];
  /** Sensors first seen on machines of an open type; each becomes the next column of its machine. */
  newSensors: { machineIndex: number; sensor: string; isState?: true }[];
  machineIndex: Int32Array;
  timeMs: Float64Array;
  /**
   * Rows + 1 entries: row i's values are `values[offset[i]] … values[offset[i + 1] - 1]`, one per column, NaN if
   * absent.
   */
  offset: Int32Array;
  values: Float32Array;
  /** The rows are from the journal's tail after a restart: they fill windows and lead to no decision. */
  replay: boolean;
  /** Values that their sensors cannot have, in the order of the rows; absent if there are none. */
  refused?: RefusedValue[];
  /**
   * Machines whose devices have said that they are there or not, in the order of the rows: after row `row − 1`. Absent if there
   * are none.
   */
  availability?: { machineIndex: number; row: number; isOnline: boolean }[];
  /** The block of the journal that holds the rows; absent if none does. */
  block?: BlockPosition | undefined;
}

/** A value that its sensor cannot have, which is in no row. */
export interface RefusedValue {
  machineIndex: number;
  column: number;
  /** The index of the row after which it came; 0 if before all. */
  row: number;
  /** Null if it is not a number. */
  value: number | null;
  /** True if it is beyond the range on the side of the sensor's alarm limit. */
  isBeyondAlarm: boolean;
  /** Absent for a number: what was sent, as people read it. */
  sent?: string;
  /** The device says itself that the value is bad. */
  isBad?: true;
  /** Its sensor is one of texts, of which some are numbers: it is well, and not judged. */
  isText?: true;
}

/** A machine failed or was replaced, as reported by a lifecycle event in the journal. */
export interface LifecycleNotice {
  state: 'failed' | 'replaced';
  about: Lifecycle;
  atMs: number;
}

/** The way in which a sensor is not as in the data that a model was trained on. */
export type Did = 'higher' | 'lower' | 'wider' | 'absent';

/** A sensor whose values are not those of the training data. */
export interface DriftedSensor {
  sensor: string;
  did: Did;
  /** Standard deviations from the mean; the spread, in these; or the share of values that are absent. */
  by: number;
  /** The mean, and that of the training data, in the sensor's unit; null where there are several operating conditions. */
  mean: number | null;
  trainedMean: number | null;
  unit: string;
  /** On so many of the machines. */
  machines: number;
}

/** The inputs of a model compared with the data that it was trained on. */
export interface ModelDrift {
  machineType: string;
  name: string;
  version: string;
  /** Machines of which enough is known. */
  machines: number;
  sensors: DriftedSensor[];
}
