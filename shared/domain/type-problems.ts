/** Checks of a machine type that its schema cannot express. */

import { repeatedProblems } from '../config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../config/problem.ts';
import { eachSound, rules } from '../config/sound-view.ts';
import { type AlertPolicy, isEstimatePolicy } from './alert-policy.ts';
import { type Limit, limitsOf } from './limits.ts';
import {
  type MachineType,
  reservedMeasurements,
  reservedSensors,
  type Sensor,
  windowRowsMin,
} from './machine-type.ts';
import { kindProblems } from './sensor-kinds.ts';
import { hasZones, withZones } from './types-by-class.ts';
import { usualVibrationClass } from './vibration-classes.ts';

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
    () => kindProblems(type.sensors),
    () => eachSound(type.alerts, (alert, i) => alertProblems(alert, `alerts[${i}]`)),
    () => limitPolicyProblems(type),
    () => classProblems(type),
    () => runningProblems(type),
    () => restLimitProblems(type),
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
    () => limitProblems(withZones(sensor, usualVibrationClass), key),
    () =>
      sensor.zones !== undefined && sensor.unit !== 'mm/s'
        ? [invalid(`${key}.zones`, `${key}.zones is for a velocity in mm/s, not for ${sensor.unit}`)]
        : [],
  );
}

/** Returns all problems of a sensor's limits. */
export function limitProblems(sensor: Sensor, key: string): ConfigProblem[] {
  return rules(
    () => lowSideProblems(sensor, key),
    () => orderProblems(sensor, key),
    () => deadBandProblems(sensor, key),
  );
}

/** warnLow and alarmLow are for the side that warn and alarm leave free. */
function lowSideProblems({ warn, alarm, warnLow, alarmLow }: Sensor, key: string): ConfigProblem[] {
  const isFalling = warn !== undefined && alarm !== undefined && alarm < warn;
  const given = warnLow !== undefined ? 'warnLow' : alarmLow !== undefined ? 'alarmLow' : null;
  if (!isFalling || given === null) return [];
  const message = `${key}.${given}: warn and alarm are on the low side already, because alarm is below warn`;
  return [invalid(`${key}.${given}`, message)];
}

/** From low to high: alarmLow, warnLow, warn, alarm. Without low limits, alarm may also be below warn. */
function orderProblems(sensor: Sensor, key: string): ConfigProblem[] {
  const { warn, alarm, warnLow, alarmLow } = sensor;
  if (warn !== undefined && warn === alarm) {
    const message = `${key}.alarm must differ from warn (${warn}); set alarm alone if there is no warning limit`;
    return [invalid(`${key}.alarm`, message)];
  }
  const hasLow = warnLow !== undefined || alarmLow !== undefined;
  if (!hasLow || (warn !== undefined && alarm !== undefined && alarm < warn)) return [];
  const names = ['alarmLow', 'warnLow', 'warn', 'alarm'] as const;
  const given = names.filter((name) => sensor[name] !== undefined);
  return given.slice(1).flatMap((name, i) => {
    const below = given[i]!;
    if (sensor[name]! > sensor[below]!) return [];
    const message = `${key}.${name} (${sensor[name]}) must be above ${below} (${sensor[below]})`;
    return [invalid(`${key}.${name}`, message)];
  });
}

function deadBandProblems(sensor: Sensor, key: string): ConfigProblem[] {
  const { deadBand } = sensor;
  if (deadBand === undefined) return [];
  const limits = limitsOf(sensor);
  if (limits.length === 0)
    return [
      invalid(`${key}.deadBand`, `${key}.deadBand is set without a limit (warn, alarm, warnLow, alarmLow)`),
    ];
  const ends = (side: Limit['side']) => limits.filter((limit) => limit.side === side).map(({ at }) => at);
  const room = Math.min(...ends('high')) - Math.max(...ends('low'));
  if (deadBand < room) return [];
  const message = `${key}.deadBand (${deadBand}) must be below the distance between its low and high limits (${room})`;
  return [invalid(`${key}.deadBand`, message)];
}

function alertProblems(alert: AlertPolicy, key: string): ConfigProblem[] {
  return rules(() => {
    if (!isEstimatePolicy(alert)) return [];
    const { on, openAt, resolveAt, openAfterMs = 0, criticalAfterMs = openAfterMs } = alert;
    const isOrdered = on === 'anomaly' ? resolveAt < openAt : resolveAt > openAt;
    const side = on === 'anomaly' ? 'below' : 'above';
    const order = `${key}.resolveAt must be ${side} openAt (${openAt}), on the healthy side`;
    const soon = `${key}.criticalAfterMs must not be below openAfterMs (${openAfterMs})`;
    return [
      ...(isOrdered ? [] : [invalid(`${key}.resolveAt`, order)]),
      ...(criticalAfterMs < openAfterMs ? [invalid(`${key}.criticalAfterMs`, soon)] : []),
    ];
  });
}

/** All limits of a machine are one alert, so one policy says when it is raised. */
function limitPolicyProblems({ alerts, limitAlerts }: MachineType): ConfigProblem[] {
  const onLimits = eachSound(alerts, (alert, i) => (isEstimatePolicy(alert) ? [] : [`alerts[${i}]`]));
  const [first, second] = onLimits;
  return [
    ...(second === undefined
      ? []
      : [
          invalid(
            `${second}.on`,
            `${second}.on: ${first} is on = "limit" already; one policy is for all limits`,
          ),
        ]),
    ...(first === undefined || limitAlerts !== false
      ? []
      : [invalid('limitAlerts', `limitAlerts = false switches ${first} off; remove one of them`)]),
  ];
}

/** Limits that hold at rest need a rest, and a limit. */
function restLimitProblems({ sensors, runsWhen, settleMs }: MachineType): ConfigProblem[] {
  return eachSound(sensors, (sensor, i) => {
    if (sensor.limitsAtRest !== true) return [];
    const key = `sensors[${i}].limitsAtRest`;
    if (limitsOf(withZones(sensor, usualVibrationClass)).length === 0)
      return [invalid(key, `${key} is set without a limit (warn, alarm, warnLow, alarmLow)`)];
    const mayRest = runsWhen !== undefined || settleMs !== undefined;
    return mayRest ? [] : [invalid(key, `${key} is set, and runsWhen does not say when machines rest`)];
  });
}

function classProblems(type: MachineType): ConfigProblem[] {
  if (type.vibrationClass === undefined || hasZones(type)) return [];
  const message = 'vibrationClass is set, and no sensor has zones = "iso-20816-3"';
  return [invalid('vibrationClass', message)];
}

function runningProblems({
  runsWhen,
  silentAtRestAfterMs,
  sensors,
  openSensors,
}: MachineType): ConfigProblem[] {
  if (!runsWhen)
    return silentAtRestAfterMs === undefined
      ? []
      : [
          invalid(
            'silentAtRestAfterMs',
            'silentAtRestAfterMs is set, and runsWhen does not say when machines rest',
          ),
        ];
  if (openSensors || sensors.some(({ name }) => name === runsWhen.sensor)) return [];
  const message = `runsWhen.sensor: '${runsWhen.sensor}' is not one of the sensors`;
  return [invalid('runsWhen.sensor', message)];
}
