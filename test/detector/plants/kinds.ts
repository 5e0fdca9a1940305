import type { PlantKind } from './plant.ts';

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
