/** Truth of a row. */
export const truths = { normal: 0, fault: 1, changed: 2 } as const;

export interface PlantSeries {
  kind: string;
  fault: string;
  sensors: number;
  rows: number;
  /** Rows that are certainly normal, from the first one. */
  learnRows: number;
  /** Rows × sensors; NaN: missing. */
  values: Float64Array;
  /** By row: see `truths`. */
  truth: Uint8Array;
}

/** Verdicts of a detector on each row. */
export interface Verdicts {
  /** 1: unusual. */
  told: Uint8Array;
  /** 1: changed, not confirmed by a person. */
  changed: Uint8Array;
}

export interface Figures {
  /** Share of fault rows that were told, or told or called changed. */
  found: number;
  noticed: number;
  /** Rows until the first fault row was told; NaN: never, or no fault. */
  delayRows: number;
  /** Share of normal rows told, and how many episodes of them there were (rows told with fewer than 100 between them). */
  falseShare: number;
  falseEpisodes: number;
}

const apartRows = 100;
/** After a fault a detector needs some rows to see that it is over. */
const settleRows = 60;

export function figuresOf({ truth, learnRows, rows }: PlantSeries, { told, changed }: Verdicts): Figures {
  let [faults, found, noticed, normal, falses, episodes] = [0, 0, 0, 0, 0, 0];
  let [first, delay, lastFalse, lastFault] = [-1, Number.NaN, -apartRows, -settleRows - 1];
  for (let row = learnRows; row < rows; row++) {
    if (truth[row] === truths.fault) {
      lastFault = row;
      if (first < 0) first = row;
      faults++;
      if (told[row]) found++;
      if (told[row] || changed[row]) noticed++;
      if (told[row] && Number.isNaN(delay)) delay = row - first;
    } else if (truth[row] === truths.normal && row - lastFault > settleRows) {
      normal++;
      if (!told[row]) continue;
      falses++;
      if (row - lastFalse >= apartRows) episodes++;
      lastFalse = row;
    }
  }
  return {
    found: faults ? found / faults : Number.NaN,
    noticed: faults ? noticed / faults : Number.NaN,
    delayRows: delay,
    falseShare: normal ? falses / normal : Number.NaN,
    falseEpisodes: episodes,
  };
}
