/**
 * The detector's one set of parameters, the same for every input. Times are in rows unless a name says otherwise. They
 * were chosen on made-up series (models/detect/benchmark/corpus.ts), never on a published benchmark.
 */
export const parameters = {
  /** Rows after which scores are meant in full: before, they rise from 0. */
  warmUpRows: 60,
  /** Rows from which normal is learnt in full, where nobody says otherwise. */
  learnRows: 400,
  /** Memory of means: three short ones whose levels are compared, one that predicts, and what is compared with. */
  levelRows: { fast: 4, short: 14, middle: 50, long: 160, reference: 2_000 },
  /** Mean absolute residual: of now, and of always. */
  noiseRows: { short: 24, long: 700 },
  tail: {
    /** Share of rows that is called the tail of a stream. */
    share: 0.025,
    quantileRate: 0.02,
    excessRate: 0.05,
    /** An excess counts for at most this many mean excesses when it is learnt. */
    excessCap: 7,
    excessMin: 0.06,
    /** The rarity of a stream's recent peaks, how fast a peak is learnt, and forgotten. */
    peakDecades: 2.2,
    peakRise: 0.3,
    peakFall: 0.0015,
    decadesMax: 12,
  },
  /** How much each view of a sensor counts. */
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
    /** Bins of a day, and of a week, for machines of few sensors; with more sensors days only, in fewer bins. */
    dayBins: 288,
    weekBins: 336,
    sensorsFew: 4,
    dayBinsMany: 48,
    /** Weight of the newest day, or week, in a bin. */
    dayWeight: 0.3,
    weekWeight: 0.5,
    /** A season counts while it leaves less than this part of the residual that there is without it. */
    usefulBelow: 0.9,
  },
  structure: {
    /** Memory of means and correlations after warm-up. */
    memoryRows: 1_500,
    /** Part of a correlation that is kept (the rest is taken for chance): rows / (rows + this · sensors). */
    shrinkPerSensor: 1.5,
    /** Rows between two inversions. */
    refreshRows: 64,
    smoothRows: 12,
    agitationRows: 20,
    /** A sensor that stood still is given this part of its level as its standard deviation. */
    relativeStdMin: 5e-4,
  },
  state: {
    /** The limit of normal: mean + this many standard deviations of the distance. */
    limitStd: 3.3,
    /** Its least, in standard deviations of one sensor, where nothing moved. */
    limitMin: 0.5,
    /** From this part of the limit on rows are learnt with less weight, and in the end with the least. */
    gateAt: 0.7,
    gateMin: 0.05,
    /** Scores up to this say how far from normal the machine is; at the limit it is 5/6 of this. */
    band: 0.6,
  },
  event: {
    /** Share of the rarity among the machine's own rows, beside that of its streams. */
    own: 0.4,
    /** How much is learnt about the rarity of rows while something goes on. */
    gate: 0.25,
    /** Evidence is also taken together over so many rows, with this share. */
    smoothRows: 6,
    smoothShare: 0.4,
  },
  onset: {
    /** Least rarity, in decades, of what is reported as the beginning of something. */
    decadesMin: 2,
    /** What is reported must exceed what is remembered by this, in decades. */
    margin: 0.18,
    /** In this many rows a remembered event is forgotten by a factor of e. */
    memoryRows: 160,
    /** The part of the score above the band halves its distance from 1 with each so many decades. */
    halfDecades: 3,
  },
  health: {
    points: 64,
    /** Distance over the limit at which health is one half. */
    ratioAtHalf: 2,
    /** … and at which life ends: the median over machines, and the scale of its logarithm (logistic). */
    ratioAtEnd: 4.5,
    ratioAtEndScale: 0.38,
    /** The newer part of the history that a trend is looked for in; if there is none, in a shorter one. */
    fitShares: [0.6, 0.4],
    trendStdErrorsMin: 4,
    /** The newest part of it must be at this many times the limit at least … */
    trendFromRatio: 2.5,
    /** … farther than ever before, by this in the logarithm, and still grow with this part of the trend. */
    beyondEarlier: 0.3,
    steadyShare: 0.5,
    /** An extrapolation further than this many times the history is not worth stating. */
    horizonShare: 1,
    intervalStd: 1.28,
    /** However uncertain the trend, it is taken to be at least this part of what was found. */
    slopeShareMin: 0.3,
  },
} as const;
