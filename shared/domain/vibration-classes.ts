/**
 * Vibration zones (ISO 20816-3:2022, annex A, tables A.1 and A.2; the figures are those of ISO 10816-3:2009): from the
 * group and the foundation of a machine, the velocity at which it goes from one zone to the next, RMS, 10 Hz to 1 kHz, at
 * the bearing housing.
 *
 *     A  newly commissioned    B  for unrestricted long-term operation    C  for a limited time    D  may do damage
 *
 * So the boundary B/C is a warning and C/D an alarm.
 */
import { Type } from '@sinclair/typebox';

interface Zones {
  /** For people. */
  meaning: string;
  /** Boundaries, mm/s. */
  ab: number;
  bc: number;
  cd: number;
}

const medium = 'group 2: 15 to 300 kW, or an electrical machine with a shaft height of 160 to 315 mm';
const large = 'group 1: 300 kW to 50 MW, or an electrical machine with a shaft height of 315 mm or more';

export const vibrationClasses = {
  'medium-rigid': { meaning: `${medium}, on a rigid foundation`, ab: 1.4, bc: 2.8, cd: 4.5 },
  'medium-flexible': { meaning: `${medium}, on a flexible foundation`, ab: 2.3, bc: 4.5, cd: 7.1 },
  'large-rigid': { meaning: `${large}, on a rigid foundation`, ab: 2.3, bc: 4.5, cd: 7.1 },
  'large-flexible': { meaning: `${large}, on a flexible foundation`, ab: 3.5, bc: 7.1, cd: 11 },
} as const satisfies Record<string, Zones>;

export type VibrationClass = keyof typeof vibrationClasses;

export const vibrationClassNames = Object.keys(vibrationClasses) as VibrationClass[];

/** The class of a type that names none: most machines are of it, and it has the lowest limits. */
export const usualVibrationClass: VibrationClass = 'medium-rigid';

export const VibrationClassName = Type.Union(
  vibrationClassNames.map((name) => Type.Literal(name)),
  {
    description: `Group and foundation of its machines after ISO 20816-3, from which sensors with zones = "iso-20816-3" have their limits: ${vibrationClassNames
      .map((name) => `${name} (${vibrationClasses[name].meaning})`)
      .join('; ')}. Without it, they are those of ${usualVibrationClass}.`,
    examples: ['large-flexible'],
  },
);
