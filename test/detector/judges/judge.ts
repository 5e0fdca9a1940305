export interface Judge {
  /** Takes the row `values[from] …`, NaN where a value is missing. @param timeMs NaN: rows have no times */
  push(values: Float64Array, from: number, timeMs: number): void;
  readonly isTold: boolean;
  /** Normal by what has lasted, which nobody has confirmed. */
  readonly isChanged: boolean;
  /** False while nothing is judged. */
  readonly isReady: boolean;
}

/** @param learnRows rows that are certainly normal, from the first one */
export type NewJudge = (sensors: number, learnRows: number) => Judge;
