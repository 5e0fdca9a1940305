/** Checks of a machine type that its schema cannot express. */

import { repeatedProblems } from '../config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../config/problem.ts';
import { eachSound, rules } from '../config/sound-view.ts';
import {
  type AlertPolicy,
  type MachineType,
  reservedMeasurements,
  reservedSensors,
  type Sensor,
  windowRowsMin,
} from './machine-type.ts';

/** Returns all problems of a type. Their keys are settings of its file. */
export function typeProblems(type: MachineType): ConfigProblem[] {
  return rules(
    () =>
      reservedMeasurements.includes(type.name) ? [invalid('name', `'${type.name}' is a reserved name`)] : [],
    () =>
      type.sensors.length === 0 && !type.openSensors
        ? [
            invalid(
              'sensors',
              'it declares no sensors; list them under [[sensors]], or set openSensors = true',
            ),
          ]
        : [],
    () =>
      windowRowsMin(type) > type.windowRows
        ? [invalid('windowRowsMin', 'windowRowsMin must not be above windowRows')]
        : [],
    () =>
      repeatedProblems(
        type.sensors,
        (_, i) => `sensors[${i}].name`,
        ({ name }) => name,
      ),
    () => eachSound(type.sensors, (sensor, i) => sensorProblems(sensor, `sensors[${i}]`)),
    () => eachSound(type.alerts, (alert, i) => alertProblems(alert, `alerts[${i}]`)),
  );
}

function sensorProblems(sensor: Sensor, key: string): ConfigProblem[] {
  return rules(
    () => {
      const { name } = sensor;
      const message = `${key}.name: '${name}' is reserved for time and identity; name the sensor differently`;
      return reservedSensors.includes(name) ? [invalid(`${key}.name`, message)] : [];
    },
    () => (sensor.min < sensor.max ? [] : [invalid(`${key}.max`, `${key}: min must be below max`)]),
    () => {
      const { warn, alarm } = sensor;
      if ((warn === undefined) === (alarm === undefined)) return [];
      const [given, other] = warn === undefined ? ['alarm', 'warn'] : ['warn', 'alarm'];
      return [invalid(`${key}.${given}`, `${key}.${given} is set without ${other}; set both or neither`)];
    },
  );
}

function alertProblems(alert: AlertPolicy, key: string): ConfigProblem[] {
  return rules(() => {
    const { on, openAt, resolveAt } = alert;
    const isOrdered = on === 'anomaly' ? resolveAt < openAt : resolveAt > openAt;
    if (isOrdered) return [];
    const side = on === 'anomaly' ? 'below' : 'above';
    return [
      invalid(`${key}.resolveAt`, `${key}.resolveAt must be ${side} openAt (${openAt}), on the healthy side`),
    ];
  });
}
