import type { Run, RunDataset } from '../data/dataset.ts';

/** The record of one machine: up to its failure, or over a period in which it did not fail. */
export interface WatchedRun extends Run {
  /** Whether the machine failed right after its last row. */
  fails: boolean;
}

/** The machines on which warnings are judged. */
export interface Fleet {
  /** One sentence: which machines these are and where the data comes from. */
  description: string;
  machineType: string;
  /** Time between two rows in the machine's world; it may be longer than the type's step. */
  msPerRow: number;
  runs: WatchedRun[];
  /** The same runs as a training data set, if a model may have been trained on them. */
  recorded?: RunDataset;
}
