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
  beginRows: 16,
  countMax: 20_000,
  /** Distance from the median of the first values, in median distances, beyond which a value says nothing of the range. */
  strayWidths: 10,
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
  /** A value is at a level within so many deviations of its values and this share of the least gap; between that and its reach, near it. */
  coreDeviations: 4,
  coreShare: 0.02,
  /** The machine is in another mode once values have been there for so long, and so many rows, half of them at the level … */
  switchMs: 3 * minuteMs,
  switchRows: 3,
  /** … or near it for so long; in one that was never seen, for so long too, and so many rows … */
  newMs: 20 * minuteMs,
  newRows: 10,
  /** … and that one is a mode once it has lasted, visits together, for so long. */
  knownMs: 120 * minuteMs,
  knownRows: 60,
  /** Values that change between levels sooner than this on average, or after fewer rows, are not modes: a compressor that loads and unloads. */
  dwellMs: 10 * minuteMs,
  dwellRows: 10,
  /** Nor are they if this share of stays is shorter than this, or than so many rows: the strokes of a heater or a cooler. */
  shortMs: 30 * minuteMs,
  shortRows: 3,
  shortShareMax: 0.4,
  /** Nor if values are at no level for this share of the time, or if more levels than this come in the memory below. */
  outsideShareMax: 0.15,
  newcomersMax: 3,
  /**
   * Levels that are single values (all but this share of rows) may be those of a coarse sensor that wanders from one to the next. They
   * are shown once this share of changes passes one over, and given up once so many changes have less than the other share. Two such
   * levels one round step apart, which is less than this share of them, are none.
   */
  singleShare: 0.01,
  jumpShareShown: 0.15,
  jumpShareMin: 0.1,
  jumpsOf: 16,
  stepShareMax: 0.2,
  /** Modes are shown once levels have been followed for so long, and the machine has changed between them so often. */
  provenMs: dayMs,
  changesMin: 4,
  /** So many stays say how long they are, and so many changes whether they pass levels over. */
  enough: 8,
  /** The memory of how long levels last. */
  dwellMemoryMs: 14 * dayMs,
  /** A mode's level follows over so many rows. */
  levelMemoryRows: 2_000,
  /** Longer without a value, and longer than so many usual pauses, nobody knows in which mode it was. */
  pauseMs: 10 * minuteMs,
  pauseSteps: 5,
} as const;
