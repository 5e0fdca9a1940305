/** The runs that a worker process is told to do. Its answer is Totals. */
export interface Chunk {
  firstSeed: number;
  count: number;
  keepGoing: boolean;
}

/** Exit code of a process in which a run waits for ever. */
export const standstill = 3;
