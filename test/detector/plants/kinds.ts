/** How a kind of machine behaves while it is well. */
export interface PlantKind {
  name: string;
  sensors: number;
  /** How many ways of running it has. */
  modes: number;
  /** The share of time in the last mode; absent: as long as in the others. */
  rareShare?: number;
  /** Rows that a mode lasts, at least and at most. */
  modeRows?: [number, number];
  /** Autocorrelation of each sensor's own noise, at least and at most. */
  memory?: [number, number];
  /** Autocorrelation of the hidden causes. */
  causeMemory?: [number, number];
  /** Rows in which a third of the sensors reach a new mode's level; 0: at once. */
  slowRows?: number;
  /** Instead of modes, a load wanders between 0 and 1, and sensors follow it along curves. */
  isContinuous?: boolean;
  /** One sensor is held at its set point by another. */
  isControlled?: boolean;
  /** Sensors that are on or off. */
  switches?: number;
  /** They are on in so small a share of rows. */
  switchShare?: number;
  /** Sensors that stand still while normal is learnt, and move for a while now and then later. */
  still?: number;
  /** Share of values that are missing. */
  missing?: number;
  /** Values are rounded to so many of their deviations from the middle of the judged part on. */
  coarse?: number;
  /** A third of the sensors has bursts: in so large a share of rows one begins, as it does in network traffic. */
  bursts?: number;
  /** Levels wander: so many deviations in 1,000 rows. */
  wander?: number;
  /** Rows of a season; 0: none. */
  seasonRows?: number;
}

/** Parameters may be chosen on these … */
export const kindsChosenOn: readonly PlantKind[] = [
  { name: 'plain', sensors: 8, modes: 1 },
  { name: 'two speeds', sensors: 8, modes: 2 },
  { name: 'three speeds, one rare', sensors: 12, modes: 3, rareShare: 0.08 },
  { name: 'strong memory', sensors: 8, modes: 1, memory: [0.9, 0.97], causeMemory: [0.9, 0.98] },
  { name: 'on and off', sensors: 12, modes: 2, switches: 4 },
  { name: 'stood still', sensors: 10, modes: 1, still: 2 },
  { name: 'bursts', sensors: 9, modes: 1, bursts: 0.02 },
  { name: 'season', sensors: 8, modes: 1, seasonRows: 700 },
];

/** … and are reported on these, and on other seeds. */
export const kindsHeldOut: readonly PlantKind[] = [
  { name: 'load', sensors: 10, modes: 1, isContinuous: true },
  { name: 'slow after speed', sensors: 9, modes: 2, slowRows: 60, modeRows: [200, 600] },
  { name: 'controlled', sensors: 8, modes: 2, isControlled: true },
  { name: 'gaps', sensors: 9, modes: 2, missing: 0.09 },
  { name: 'rare switches', sensors: 12, modes: 1, switches: 4, switchShare: 0.02 },
  { name: 'coarse later', sensors: 8, modes: 1, coarse: 1 },
  { name: 'wandering', sensors: 8, modes: 1, wander: 1.5 },
  { name: 'traffic', sensors: 12, modes: 1, isContinuous: true, bursts: 0.005, memory: [0, 0.9] },
  { name: 'many sensors', sensors: 40, modes: 2, memory: [0, 0.9] },
];
