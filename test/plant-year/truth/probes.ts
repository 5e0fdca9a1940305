/** Events in which a sensor is wrong and the machine is not. */
import type { Random } from '../../../shared/runtime/random.ts';
import { dayMs, minuteMs } from '../plant/calendar.ts';
import type { Machine } from '../plant/machines.ts';
import type { PlantEvent } from './event.ts';

const hourMs = 60 * minuteMs;

const suffix = (machine: Machine) => (machine.type.openSensors ? ', no limits' : '');

/** A sensor shows the same value for three days. */
export function stuckProbe(machine: Machine, sensor: string, fromMs: number): PlantEvent {
  const column = machine.columnOf(sensor);
  const toMs = fromMs + 3 * dayMs;
  let held = Number.NaN;
  return {
    kind: `stuck probe${suffix(machine)}`,
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['sensor', 'unusual'], latestMs: fromMs + 6 * hourMs }],
    endedByMs: toMs + 4 * hourMs,
    change(values) {
      if (Number.isNaN(held)) held = values[column]!;
      values[column] = held;
    },
  };
}

/** A cable is loose for a day: every now and then the converter sends the −127 of a missing probe. */
export function looseProbe(machine: Machine, sensor: string, fromMs: number, random: Random): PlantEvent {
  const column = machine.columnOf(sensor);
  const toMs = fromMs + dayMs;
  let isOff = false;
  return {
    kind: `loose probe (−127)${suffix(machine)}`,
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['sensor', 'unusual'], latestMs: fromMs + 2 * hourMs }],
    endedByMs: toMs + 4 * hourMs,
    opensMax: 2,
    change(values) {
      if (random.next() < 0.15) isOff = !isOff;
      if (isOff) values[column] = -127;
    },
  };
}

/** A sensor sends nothing for two days, while the others of its machine do. */
export function missingSensor(machine: Machine, sensor: string, fromMs: number): PlantEvent {
  const column = machine.columnOf(sensor);
  const toMs = fromMs + 2 * dayMs;
  return {
    kind: `missing sensor${suffix(machine)}`,
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['sensor', 'silence', 'unusual'], latestMs: fromMs + 2 * hourMs }],
    endedByMs: toMs + 4 * hourMs,
    change(values) {
      values[column] = Number.NaN;
    },
  };
}

/**
 * After an update a device sends °F. On a machine with limits somebody puts it back a day later; on one without, a
 * person says after two days that this is normal now, and it stays.
 */
export function unitChange(machine: Machine, sensors: readonly string[], fromMs: number): PlantEvent {
  const columns = sensors.map((sensor) => machine.columnOf(sensor));
  const isOpen = machine.type.openSensors;
  const noticedMs = fromMs + (isOpen ? 2 : 1) * dayMs;
  return {
    kind: `unit change${suffix(machine)}`,
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs: noticedMs,
    tellings: [
      {
        where: 'cloud',
        accepts: ['limit', 'unusual', 'sensor'],
        latestMs: fromMs + (isOpen ? 24 : 1) * hourMs,
      },
    ],
    endedByMs: noticedMs + (isOpen ? 24 : 2) * hourMs,
    change: (values) => toFahrenheit(values, columns),
    ...(isOpen && {
      actions: [{ atMs: noticedMs, act: (plant) => plant.thisIsNormal(machine) }],
    }),
  };
}

/** The time after a change of unit that a person has called normal: nothing is to be told of it. */
export function lastingUnit(machine: Machine, sensors: readonly string[], fromMs: number): PlantEvent {
  const columns = sensors.map((sensor) => machine.columnOf(sensor));
  return {
    kind: 'another unit that is normal',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs: Number.POSITIVE_INFINITY,
    tellings: [],
    change: (values) => toFahrenheit(values, columns),
  };
}

function toFahrenheit(values: Float32Array, columns: readonly number[]): void {
  for (const column of columns) values[column] = 1.8 * values[column]! + 32;
}
