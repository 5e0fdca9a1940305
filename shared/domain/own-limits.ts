/** Limits of one machine's sensors, which a person has set in place of those of its type. */

import type { OwnLimits } from '../contract/limits/own-limits.ts';
import type { MachineType, Sensor } from './machine-type.ts';
import { limitProblems } from './type-problems.ts';

export const limitNames = ['warn', 'alarm', 'warnLow', 'alarmLow', 'deadBand'] as const;

/** The limits that a sensor declares, without its other properties. */
export function declaredLimits(sensor: OwnLimits): OwnLimits {
  return Object.fromEntries(
    limitNames.flatMap((name) => (sensor[name] === undefined ? [] : [[name, sensor[name]]])),
  );
}

function limited(sensor: Sensor, limits: OwnLimits): Sensor {
  const { name, unit, description, kind, states, limitsAtRest, min, max } = sensor;
  return {
    name,
    unit,
    ...(description !== undefined && { description }),
    ...(kind !== undefined && { kind }),
    ...(states !== undefined && { states }),
    ...(limitsAtRest !== undefined && { limitsAtRest }),
    ...{ min, max, ...limits },
  };
}

/** A sensor of an open type, which declares none of its properties. */
function openSensor(name: string, limits: OwnLimits): Sensor {
  return { name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE, ...limits };
}

/**
 * The type as it is for a machine with limits of its own, by sensor. @param options addSensors: with those that the type
 * does not declare
 */
export function withOwnLimits(
  type: MachineType,
  own: ReadonlyMap<string, OwnLimits>,
  { addSensors = false }: { addSensors?: boolean } = {},
): MachineType {
  const sensors = type.sensors.map((sensor) => {
    const limits = own.get(sensor.name);
    return limits ? limited(sensor, limits) : sensor;
  });
  if (!addSensors) return { ...type, sensors };
  const missing = [...own].filter(([name]) => !sensors.some((sensor) => sensor.name === name));
  return { ...type, sensors: [...sensors, ...missing.map(([name, limits]) => openSensor(name, limits))] };
}

/** True if warn and alarm are on the low side. */
export function areFalling({ warn, alarm }: OwnLimits): boolean {
  return warn !== undefined && alarm !== undefined && alarm < warn;
}

/** Returns the problems of a sensor's limits, as sentences. */
export function ownLimitProblems(sensor: Sensor, limits: OwnLimits): string[] {
  return limitProblems(limited(sensor, limits), sensor.name).map(({ message }) => message);
}
