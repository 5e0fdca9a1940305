/**
 * The detector's only set of parameters, the same for every input. Times are in rows unless a name says otherwise. They
 * were chosen on synthetic series (test/detector/corpus.ts), never on a published benchmark.
 */
export const parameters = {
  /** Rows after which scores count in full: until then they rise from 0. */
  warmUpRows: 60,
  /** Default number of rows from which the baseline is learnt at the full rate. */
  learnRows: 400,
  /**
   * Memory of means: three short ones whose levels are compared, one that predicts, and the reference of the
   * comparisons.
   */
  levelRows: { fast: 4, short: 14, middle: 50, long: 160, reference: 2_000 },
  /** Memory of the mean absolute residual: recent, and long-term. */
  noiseRows: { short: 24, long: 700 },
  tail: {
    /** Share of a stream's rows that lie in its tail. */
    share: 0.025,
    quantileRate: 0.02,
    excessRate: 0.05,
    /** When an excess is learnt, it counts for at most this many mean excesses. */
    excessCap: 7,
    excessMin: 0.06,
    /** Rarity of a stream's recent peaks, and the rates at which a peak rises and decays. */
    peakDecades: 2.2,
    peakRise: 0.3,
    peakFall: 0.0015,
    decadesMax: 12,
  },
  /** Weights of the views of a sensor. */
  weight: {
    step: 0.75,
    shift: 0.7,
    drift: 1.1,
    value: 0.9,
    noise: 1.3,
    still: 0.9,
    season: 0.7,
    seasonSmooth: 1,
  },
  season: {
    /** Bins of a day and of a week for machines with few sensors; machines with more have days only, in fewer bins. */
    dayBins: 288,
    weekBins: 336,
    sensorsFew: 4,
    dayBinsMany: 48,
    /** Weight of the newest day, or week, in a bin. */
    dayWeight: 0.3,
    weekWeight: 0.5,
    /** A season is used while its residual is less than this share of the residual without it. */
    usefulBelow: 0.9,
  },
  structure: {
    /** Memory of means and correlations after warm-up. */
    memoryRows: 1_500,
    /**
     * Shrinkage: the share of a correlation that is kept is rows / (rows + this · sensors); the rest counts as chance.
     */
    shrinkPerSensor: 1.5,
    /** Rows between two inversions of the matrix. */
    refreshRows: 64,
    smoothRows: 12,
    agitationRows: 20,
    /** Least standard deviation of a constant sensor, as a share of its level. */
    relativeStdMin: 5e-4,
  },
  state: {
    /** The limit of normal is the mean distance plus this many standard deviations. */
    limitStd: 3.3,
    /** Least limit, in standard deviations of one sensor, if nothing has moved. */
    limitMin: 0.5,
    /** Above this share of the limit, rows are learnt with less weight, down to the least weight. */
    gateAt: 0.7,
    gateMin: 0.05,
    /** Scores up to this say how far from normal the machine is; the limit is at 5/6 of it. */
    band: 0.6,
  },
  event: {
    /** Weight of the rarity among the machine's own rows; the rest is the rarity by its streams. */
    own: 0.4,
    /** Share of rows that change the tails of evidence while an event continues. */
    gate: 0.25,
    /** Evidence is also averaged over this many rows, and the average has this weight. */
    smoothRows: 6,
    smoothShare: 0.4,
  },
  onset: {
    /** Least rarity, in decades, that is reported as an onset. */
    decadesMin: 2,
    /** An onset must exceed the remembered event by this, in decades. */
    margin: 0.18,
    /** Rows in which a remembered event decays by a factor of e. */
    memoryRows: 160,
    /** Above the band, this many decades halve the distance of the score from 1. */
    halfDecades: 3,
  },
  health: {
    points: 64,
    /** Ratio of distance to limit at which health is one half. */
    ratioAtHalf: 2,
    /** Ratio at which life ends: the median over machines, and the scale of its logarithm (logistic). */
    ratioAtEnd: 4.5,
    ratioAtEndScale: 0.38,
    /** Newer shares of the history to which a trend is fitted; the second is tried if the first has no trend. */
    fitShares: [0.6, 0.4],
    trendStdErrorsMin: 4,
    /** The end of the trend must be at this ratio at least … */
    trendFromRatio: 2.5,
    /** … exceed all earlier history by this in the logarithm, and lately still grow at this share of the slope. */
    beyondEarlier: 0.3,
    steadyShare: 0.5,
    /** An extrapolation beyond this many times the length of the history is not reported. */
    horizonShare: 1,
    intervalStd: 1.28,
    /** However uncertain the trend, its slope is assumed to be at least this share of the fitted one. */
    slopeShareMin: 0.3,
  },
} as const;
