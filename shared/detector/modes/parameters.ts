/**
 * Modes (shared/detector/modes): the ways in which a machine runs, as the few levels at which one of its sensors stands: three speeds,
 * two pressures. They are seen, numbered and shown, and judge nothing. shared/docs/modes.md derives them.
 */
const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

export const modeParameters = {
  /** Sensors among which levels are looked for: the first ones. */
  sensorsMax: 32,
  modesMax: 8,
  /** A histogram has so many parts, begins after so many values, and is halved at so many in one part: a memory of weeks. */
  bins: 32,
  beginRows: 60,
  countMax: 20_000,
  /** A range is doubled once so many values, and this share of them, were beyond it: single spikes do not widen it. */
  beyondRows: 20,
  beyondShare: 0.01,
  /** Levels are looked for every so many rows, from so many rows and this time on. */
  everyRows: 256,
  rowsMin: 300,
  searchMs: 2 * dayMs,
  /** Between two levels one part holds at most this share of the values, and all of them together this: ways from one to the other. */
  strayShare: 0.006,
  straysShare: 0.03,
  /** A level holds this share of the values, and so many. */
  levelShare: 0.03,
  levelRows: 30,
  /** A gap is as wide as the widest level, at least. */
  gapMin: 1,
  /** A mode reaches beyond its level by this share of the gap beside it. */
  reachShare: 0.4,
  /** The machine is in another mode once that has lasted for so long, and so many rows. */
  switchMs: 2 * minuteMs,
  switchRows: 3,
  /** … in one that was never seen, for so long; and that one is a mode once it has lasted, visits together, for so long. */
  newMs: 10 * minuteMs,
  newRows: 10,
  knownMs: 120 * minuteMs,
  knownRows: 60,
  /** Levels that change sooner than this on average, or after fewer rows, are not modes: a compressor that loads and unloads. */
  dwellMs: 10 * minuteMs,
  dwellRows: 10,
  /** Modes are shown once levels have been followed for so long. */
  provenMs: dayMs,
  /** The memory of how long levels last. */
  dwellMemoryMs: 14 * dayMs,
  /** A mode's level follows over so many rows. */
  levelMemoryRows: 2_000,
  /** Longer without a row, and longer than so many usual pauses, nobody knows in which mode it was. */
  pauseMs: 10 * minuteMs,
  pauseSteps: 5,
} as const;
