/** Events that people cause, of which nothing is to be told. */
import { gaussian, type Random } from '../../../shared/runtime/random.ts';
import { minuteMs } from '../plant/calendar.ts';
import type { GatewayName, Machine } from '../plant/machines.ts';
import type { PlantEvent } from './event.ts';

const hourMs = 60 * minuteMs;

/** Announced maintenance: for four hours sensors are unplugged, knocked, and tried at all loads. */
export function maintenance(machine: Machine, fromMs: number, random: Random): PlantEvent {
  const toMs = fromMs + 4 * hourMs;
  let level = 1;
  return {
    kind: 'maintenance',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [],
    actions: [{ atMs: fromMs, act: (plant) => plant.maintenance(machine, toMs) }],
    change(values) {
      if (random.next() < 0.1) level = 3.5 * random.next();
      for (let i = 0; i < values.length; i++) {
        if (random.next() < 0.05) values[i] = Number.NaN;
        else values[i] = Math.max(0, values[i]! * level * (1 + 0.1 * gaussian(random)));
      }
    },
  };
}

/** From now on a machine works for another product: more load, less speed. A person says at once that this is normal. */
export function newProduct(machine: Machine, fromMs: number): PlantEvent {
  const factors = machine.sensors.map((sensor) =>
    sensor.includes('speed') ? 0.8 : sensor === 'current' ? 1.4 : sensor.includes('temp') ? 1.1 : 1.05,
  );
  return {
    kind: 'new product',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs: Number.POSITIVE_INFINITY,
    tellings: [],
    actions: [{ atMs: fromMs, act: (plant) => plant.thisIsNormal(machine) }],
    change(values) {
      for (let i = 0; i < values.length; i++) values[i] = values[i]! * factors[i]!;
    },
  };
}

/** A gateway is restarted, in order or by a loss of power. It is away for two minutes. */
export function gatewayRestart(gateway: GatewayName, fromMs: number, how: 'stopped' | 'killed'): PlantEvent {
  const toMs = fromMs + 2 * minuteMs;
  const stop: NonNullable<PlantEvent['actions']>[number] = {
    atMs: fromMs,
    act: (plant) => (how === 'killed' ? plant.killGateway(gateway) : plant.stopGateway(gateway)),
  };
  const start: typeof stop = { atMs: toMs, act: (plant) => plant.startGateway(gateway) };
  return {
    kind: 'restart of a gateway',
    gateway,
    machine: null,
    fromMs,
    toMs,
    tellings: [],
    actions: [stop, start],
  };
}

export function cloudRestart(fromMs: number, how: 'stopped' | 'killed'): PlantEvent {
  const toMs = fromMs + 2 * minuteMs;
  return {
    kind: 'restart of the cloud',
    gateway: null,
    machine: null,
    fromMs,
    toMs,
    tellings: [],
    actions: [
      { atMs: fromMs, act: (plant) => plant.stopCloud(how) },
      { atMs: toMs, act: (plant) => plant.startCloud() },
    ],
  };
}
