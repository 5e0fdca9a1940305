/** The limits that machine types have from a vibration class, filled in when types are read. */
import type { MachineType, Sensor } from './machine-type.ts';
import {
  usualVibrationClass,
  type VibrationClass,
  vibrationClasses,
  vibrationClassNames,
} from './vibration-classes.ts';

/** Limit of the length of a plain name. */
const nameLengthMax = 64;

/** True if a sensor of the type has the limits of a vibration class. */
export function hasZones({ sensors }: Pick<MachineType, 'sensors'>): boolean {
  return sensors.some(({ zones }) => zones !== undefined);
}

/** A sensor's limits by a class: those that it declares itself stay. */
export function withZones(sensor: Sensor, className: VibrationClass): Sensor {
  if (sensor.zones === undefined || hasOwnLimits(sensor)) return sensor;
  const { bc, cd } = vibrationClasses[className];
  return { ...sensor, warn: bc, alarm: cd };
}

function hasOwnLimits({ warn, alarm, warnLow, alarmLow }: Sensor): boolean {
  return [warn, alarm, warnLow, alarmLow].some((limit) => limit !== undefined);
}

/**
 * The type with the limits of its class and, if it names none, the same type for each class under a name of its own:
 * `motor` and `motor-large-flexible`. Its readings are stored under that name.
 */
export function typesByClass(type: MachineType): MachineType[] {
  if (!hasZones(type)) return [type];
  const of = (className: VibrationClass) => type.sensors.map((sensor) => withZones(sensor, className));
  if (type.vibrationClass !== undefined) return [{ ...type, sensors: of(type.vibrationClass) }];
  return [
    { ...type, sensors: of(usualVibrationClass) },
    ...vibrationClassNames
      .filter((className) => type.name.length + className.length < nameLengthMax)
      .map((className) => ({
        ...type,
        name: `${type.name}-${className}`,
        description: `${type.description} Vibration limits of ISO 20816-3 for ${vibrationClasses[className].meaning}.`,
        vibrationClass: className,
        sensors: of(className),
      })),
  ];
}
