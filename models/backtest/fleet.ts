import type { Run, RunDataset } from '../data/dataset.ts';

/** One machine as it was watched: to its failure, or for a while in which it did not fail. */
export interface WatchedRun extends Run {
  /** Whether it failed right after its last row. */
  fails: boolean;
}

/** Machines on which warnings are judged. */
export interface Fleet {
  /** One sentence: what these machines are and where they come from. */
  description: string;
  machineType: string;
  /** Time that passes between two rows in the machine's world, which may be longer than the type's step. */
  msPerRow: number;
  runs: WatchedRun[];
  /** The same runs as training reads them, where a model may have learnt from them. */
  recorded?: RunDataset;
}
