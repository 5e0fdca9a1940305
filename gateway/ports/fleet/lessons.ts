/** Knows what warnings of the self-learned detector turned out to be, machine by machine. */
export interface MachineLessons {
  /** False alarms and confirmed warnings of a cause, since the machine was learnt anew. Null if there are none. */
  of(machine: { site: string; machine: string }, failureMode: string): CountedLessons | null;
  /** A person has said that what the machine does is normal: what was before counts no more. Kept over restarts; never throws. */
  relearnt(machine: { site: string; machine: string }, atMs: number): void;
  /** A machine has another name, for which the same counts no more. Kept over restarts; never throws. */
  renamed(from: { site: string; machine: string }, to: { site: string; machine: string }): void;
}

export interface CountedLessons {
  falseAlarms: number;
  confirmed: number;
}
