/**
 * Parameters of the state. All were chosen on the made-up machines of `kindsChosenOn` (test/detector/plants/kinds.ts), and none
 * on the others; shared/docs/detector-state.md says what each is for, and what happens without it.
 */
export const stateParameters = {
  /** Rows learnt at the full rate by default. */
  learnRows: 400,
  /** Memory of what is normal, rows. */
  memoryRows: 3_000,
  /** A row teaches as if it were at most so many deviations away … */
  clip: 3,
  /** … and a single value is judged as if it were at most so many away. */
  deviationsMax: 8,
  /** Spans of exponential means, rows: the past that predicts a row, what lasts, what shakes, and what lasts long. */
  pastRows: 5,
  lastingRows: 8,
  shakingRows: 20,
  slowRows: 64,
  /** In an episode a sensor that is back is forgotten by the longest mean so many times as fast. */
  slowBackFactor: 8,
  slowDeviationsMax: 4,
  /** Ridge of the prediction and of its residuals, in variances of a row. */
  ridge: 0.1,
  residualRidge: 0.05,
  /** Covariances between sensors count for rows / (rows + this × sensors). */
  shrinkRows: 0.7,
  refreshRows: 64,
  /** A deviation is at least this share of the sensor's own typical step, so that one that stood still can move. */
  stepShare: 0.25,
  modes: {
    max: 8,
    /** A row is strange at a mean square distance beyond this, each sensor counting for at most `squareMax` … */
    far: 6,
    squareMax: 16,
    /** … and unusual from so many strange rows in a row, because single ones are judged by the statistics. */
    strangeRows: 3,
    /** The pooled variance weighs as much as so many rows of a mode's own. */
    pooledRows: 100,
    /** A new mode is known after so many rows if the machine has come back to it, and while normal is learnt after few. */
    rowsMin: 40,
    visitsMin: 2,
    learningRowsMin: 10,
    /** Below so many rows, a mode sets no limits. */
    youngRows: 30,
  },
  limits: {
    /** Statistics are judged as (D²/n)^power / (2 power), which is nearly normal for what is chi-squared. */
    power: 0.2,
    /** The limit is this many standard deviations over the mean, or so many mean excesses over the tail, whichever is more. */
    deviations: 3.5,
    excesses: 4,
    /** The tail are the rows beyond this share; its mean excess weighs against that of a normal distribution by rows. */
    tailShare: 0.025,
    tailPriorRows: 20,
    tailRowsMax: 200,
    /** Least standard deviation of a scaled statistic: this / √sensors, at most `floorMax`. */
    floor: 0.5,
    floorMax: 0.25,
  },
  /** From this share of the limit on a row teaches less; at the limit, and in an episode, this much. */
  gateFrom: 0.6,
  gateMin: 0.05,
  episode: {
    /** It ends after so many rows in a row below the limit, in the modes in which it was seen. */
    calmRows: 100,
    /** An episode of so many rows becomes an unconfirmed normal if this share of its latest rows was beyond the limit. */
    rowsMax: 1_000,
    shareMin: 0.7,
    /** Means of an episode are over at most so many rows, and a mode's counts from so many. */
    meanRows: 200,
    modeRowsMin: 20,
  },
} as const;
