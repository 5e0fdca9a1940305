/**
 * Parameters of the relations. They were chosen on one simulated year of ten machines (`npm run plant-year`, seed 501), and reported
 * on other years; shared/docs/relations.md has the figures.
 */
const minuteMs = 60_000;
const dayMs = 86_400_000;

export const relationParameters = {
  /** Relations of more sensors would cost too much: later ones are not judged by them. */
  sensorsMax: 64,
  /** Means and covariances are over about this time, and over at least so many rows. */
  memoryMs: 14 * dayMs,
  memoryRowsMin: 2_000,
  /** Share of what a row teaches while something lasts. */
  episodeWeight: 0.05,
  /** Added to the diagonal of the correlations: two sensors that say the same stay independent witnesses. */
  ridge: 0.003,
  /** A residual counts as at most so many deviations. */
  deviationsMax: 12,
  /** Residuals are judged as means over this time, and over at least so many rows. */
  meanMs: minuteMs,
  meanRowsMin: 5,
  /** Time over which fades what an absent sensor showed last: one that died while beyond its level is within it an hour or so later. */
  absentMs: 30 * minuteMs,
  /** A sensor is judged once it has changed so often. */
  changesMin: 100,
  /** Days count once relations are known a little: after so many rows, or fewer in a longer time. */
  knownRows: 2_000,
  knownMs: 3 * dayMs,
  /** Nothing is judged by fewer rows and days; a day counts from so many rows. */
  rowsMin: 300,
  daysMin: 7,
  dayRowsMin: 20,
  /** Memory of what days show, days; and after how many days at most a level that is reached by chance comes back. */
  memoryDays: 30,
  returnDays: 60,
  /** Least level, and least deviation of daily maxima, in deviations of a residual. */
  levelMin: 0.5,
  spreadMin: 0.15,
  /**
   * A normal that is kept allows so many times the drift that is usual, for at most so many times `memoryMs`; a day counts as at most so
   * many mean squares of those before.
   */
  driftFar: 5,
  driftTimesMax: 3,
  driftBound: 4,
  /** A sensor beyond its level for so long, and for so many rows, is unusual; all within theirs for so long, it is over. */
  beginMs: 2 * minuteMs,
  beginRows: 10,
  calmMs: 10 * minuteMs,
  calmRows: 60,
  /**
   * Learning of what a person says is normal: as if only so many rows were known; for so long (running) the machine may also be
   * as it was before, or between the two; and until it was seen for a day it may be farther by so many times what it was.
   */
  acceptedRows: 4_000,
  acceptedMs: 2 * dayMs,
  slackMs: dayMs,
  slackShare: 1,
  /** A machine that is unusual for so long, and for so many rows, with this share of rows beyond, is changed. */
  changedAfterMs: 480 * minuteMs,
  changedAfterRows: 400,
  changedShareMin: 0.7,
  /**
   * Keeping of what was confirmed while something may come again: for this running time (changed or not), and for so many times the
   * longest time between two visits, but no more than so much longer, up to a bound; what was not changed yet is waited for for longer, so that
   * what comes each week is seen.
   */
  settleMs: 2 * 60 * minuteMs,
  /** The same for what was one visit without a break, and clear: as before is all that it is then, and a return finds it kept. */
  clearSettleMs: 60 * minuteMs,
  settleGaps: 3,
  settleLongerMs: 6 * 60 * minuteMs,
  settleMsMax: 14 * dayMs,
  keepMs: 8 * dayMs,
  /** Visits so far apart, and so many of them, are a change, as is what is beyond the kept normal alone for so long. */
  apartMs: 6 * 60 * minuteMs,
  visitsMin: 3,
  unseenMsMin: 60 * minuteMs,
  /** Distance of a change, in levels, after which what was kept is the normal again; less may be what its days bring. */
  clearRatio: 3,
  /** A gap between rows counts as running for at most so long, or so many usual times between rows. */
  pauseMs: 10 * minuteMs,
  pauseSteps: 3,
  /** As many sensors at most are said to have changed. */
  changedSensorsMax: 4,
  /** As many states of a machine are told apart; and from so many rows on, what a state shows on average changes slowly. */
  statesMax: 8,
  centreRows: 120,
} as const;
