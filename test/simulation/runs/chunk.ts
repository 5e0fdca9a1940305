import type { WorldName } from './worlds.ts';

/** The runs that a worker process is told to do. Its answer is Totals. */
export interface Chunk {
  firstSeed: number;
  count: number;
  keepGoing: boolean;
  /** None: those whose turn it is. */
  worlds: readonly WorldName[];
}

/** Exit code of a process in which a run waits for ever. */
export const standstill = 3;
