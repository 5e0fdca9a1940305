/** Events in which something between a machine and its people is cut. */
import type { Random } from '../../../shared/runtime/random.ts';
import { dayMs, minuteMs } from '../plant/calendar.ts';
import type { GatewayName, Machine } from '../plant/machines.ts';
import type { PlantEvent } from './event.ts';
import { steadyLevel } from './wear.ts';

const hourMs = 60 * minuteMs;

/** A device is dead for a day. */
export function silentMachine(machine: Machine, fromMs: number): PlantEvent {
  const toMs = fromMs + dayMs;
  return {
    kind: 'silent machine',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['silence'], latestMs: fromMs + hourMs }],
    endedByMs: toMs + hourMs,
    readings: 'lost',
  };
}

/** A device keeps its readings for two hours, in which the machine gets worse, and then sends them at once. */
export function keptReadings(machine: Machine, fromMs: number, random: Random): PlantEvent[] {
  const toMs = fromMs + 2 * hourMs;
  const cut: PlantEvent = {
    kind: 'cut line to a device',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [],
    endedByMs: toMs + hourMs,
    readings: 'kept by device',
  };
  const worse = steadyLevel(machine, fromMs + 45 * minuteMs, random, 0.2);
  const latestMs = toMs + 15 * minuteMs;
  const tellings = worse.tellings.map((telling) => ({ ...telling, latestMs }));
  return [
    cut,
    { ...worse, kind: 'limit met while the line was cut', tellings, endedByMs: worse.toMs + hourMs },
  ];
}

/** A device keeps its readings for two hours; in 40 minutes of these a limit was met, which is over when they come. */
export function passedLimit(machine: Machine, fromMs: number, random: Random): PlantEvent[] {
  const [cut] = keptReadings(machine, fromMs, random);
  const latestMs = cut!.toMs + 15 * minuteMs;
  const worse = steadyLevel(machine, fromMs + 30 * minuteMs, random, 40 / 1_440);
  const tellings = worse.tellings.map((telling) => ({ ...telling, latestMs }));
  return [
    cut!,
    { ...worse, kind: 'limit met and back while the line was cut', tellings, endedByMs: cut!.toMs + hourMs },
  ];
}

/** A gateway has no power for ten hours; what its devices send is lost. */
export function deadGateway(gateway: GatewayName, fromMs: number): PlantEvent {
  const toMs = fromMs + 10 * hourMs;
  return {
    kind: 'dead gateway',
    gateway,
    machine: null,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['gateway'], latestMs: fromMs + hourMs / 2 }],
    endedByMs: toMs + hourMs,
    actions: [
      { atMs: fromMs, act: (plant) => plant.killGateway(gateway) },
      { atMs: toMs, act: (plant) => plant.startGateway(gateway) },
    ],
  };
}

/** A gateway does not reach the cloud for a day, in which one of its machines exceeds a limit. */
export function cutUplink(
  gateway: GatewayName,
  machine: Machine,
  fromMs: number,
  random: Random,
): PlantEvent[] {
  const toMs = fromMs + dayMs;
  const cut: PlantEvent = {
    kind: 'cut uplink',
    gateway,
    machine: null,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['gateway'], latestMs: fromMs + hourMs }],
    endedByMs: toMs + hourMs,
    readings: 'kept by gateway',
  };
  const limit = steadyLevel(machine, fromMs + 4 * hourMs, random, 1);
  const accepts = ['limit', 'wear'] as const;
  const tellings: PlantEvent['tellings'] = [
    { where: 'site', accepts, latestMs: limit.fromMs + 10 * minuteMs },
    { where: 'cloud', accepts, latestMs: toMs + 15 * minuteMs },
  ];
  return [cut, { ...limit, kind: 'limit met while the uplink was cut', tellings }];
}
