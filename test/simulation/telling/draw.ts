import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { between, pick, whole } from '../world/world.ts';
import type { ClockFault, Crossing, Deed, DevicePlan, Schedule, Trouble, TwinPlan } from './schedule.ts';
import type { SensorName } from './site/types.ts';

const minuteMs = 60_000;
const sensors: SensorName[] = ['vibration', 'temperature'];
/** Nothing crosses a limit before machines are known, nor at the end. */
const calmMs = 4 * minuteMs;

export function drawSchedule(seed: number): Schedule {
  const random = seededRandom(seed);
  const chance = (share: number) => random.next() < share;
  const durationMs = whole(random, 20, 45) * minuteMs;
  const machines = Array.from({ length: whole(random, 1, 2) }, (_, i) => `m${i + 1}`);
  const crossings = machines.flatMap((machine) => drawCrossings(random, machine, durationMs));
  const twin = chance(0.2) ? drawTwin(random, durationMs) : null;
  const hasClones = chance(0.1);
  const devices = machines.flatMap((machine) => drawDevices(random, machine, durationMs));
  if (hasClones) for (const device of devices) if (chance(0.6)) device.clientId = 'shared';
  if (twin) for (const device of devices) placeDevice(random, device, twin);
  const troubles = Array.from({ length: whole(random, 0, 5) }, () => drawTrouble(random, durationMs));
  const deeds = chance(0.4)
    ? Array.from({ length: whole(random, 1, 4) }, () => drawDeed(random, machines, durationMs))
    : [];
  const byTime = (a: { atMs: number }, b: { atMs: number }) => a.atMs - b.atMs;
  return {
    ...{ seed, durationMs, crossings, devices, twin },
    troubles: troubles.sort(byTime),
    deeds: deeds.sort(byTime),
  };
}

function drawCrossings(random: Random, machine: string, durationMs: number): Crossing[] {
  const crossings: Crossing[] = [];
  for (const sensor of sensors) {
    if (random.next() < 0.3) continue;
    for (let atMs = calmMs + between(random, 0, durationMs / 2); ; ) {
      const toMs = atMs + between(random, 2, 9) * minuteMs;
      if (toMs > durationMs - calmMs) break;
      const level = pick(random, ['warning', 'critical'] as const);
      crossings.push({ machine, sensor, level, fromMs: atMs, toMs });
      atMs = toMs + between(random, 4, 15) * minuteMs;
    }
  }
  return crossings;
}

function drawDevices(random: Random, machine: string, durationMs: number): DevicePlan[] {
  const parts = random.next() < 0.5 ? [sensors] : sensors.map((sensor) => [sensor]);
  const devices = parts.map((own, i) => drawDevice(random, machine, own, i, durationMs));
  // Only one of two devices of a machine has a clock that is wrong in a way that changes.
  const [first, second] = devices;
  if (first && second && random.next() < 0.5) (random.next() < 0.5 ? first : second).faults = [];
  return devices;
}

function drawDevice(
  random: Random,
  machine: string,
  own: SensorName[],
  index: number,
  durationMs: number,
): DevicePlan {
  const chance = (share: number) => random.next() < share;
  const offline = chance(0.6)
    ? Array.from({ length: whole(random, 1, 2) }, () => span(random, durationMs, 1, 20))
    : [];
  return {
    machine,
    sensors: own,
    periodMs: pick(random, [5_000, 10_000, 10_000, 20_000, 30_000]),
    offsetMs: chance(0.4) ? pick(random, [-1, 1]) * pick(random, [150, 800, 3_000, 20_000, 120_000]) : 0,
    faults: chance(0.35) ? [drawClockFault(random, durationMs)] : [],
    stamp: chance(0.1) ? 'none' : pick(random, ['ms', 'ms', 'ms', 'seconds', 'iso']),
    offline: offline.sort((a, b) => a.fromMs - b.fromMs),
    order: pick(random, ['oldest', 'newest', 'shuffled']),
    together: pick(random, [1, 1, 20]),
    spacingMs: pick(random, [5, 50, 300]),
    clientId: `${machine}-${index}`,
    gateway: 0,
    movesMs: null,
  };
}

function span(random: Random, durationMs: number, fromMinutes: number, toMinutes: number) {
  const fromMs = between(random, minuteMs, durationMs - calmMs);
  const lastsMs = between(random, fromMinutes, toMinutes) * minuteMs;
  return { fromMs, toMs: Math.min(durationMs - minuteMs, fromMs + lastsMs) };
}

function drawClockFault(random: Random, durationMs: number): ClockFault {
  const kind = pick(random, ['still', 'swings', 'jumps', 'jumps', 'unset'] as const);
  const when = span(random, durationMs, 1, 20);
  if (kind === 'swings') return { kind, ...when, byMs: -pick(random, [5_000, 30_000, 120_000]) };
  if (kind === 'unset') return { kind, fromMs: 0, toMs: between(random, 1, 15) * minuteMs };
  if (kind === 'still') return { kind, ...when };
  const byMs = pick(random, [-1, 1]) * pick(random, [20_000, 90_000, 240_000, 600_000, 3_600_000]);
  return { kind, ...when, byMs };
}

function drawTrouble(random: Random, durationMs: number): Trouble {
  const atMs = between(random, minuteMs, durationMs - minuteMs);
  const gateway = 0;
  const forMs = pick(random, [1_000, 10_000, 60_000, 300_000]) * between(random, 0.5, 2);
  const kind = pick(random, [
    ...(['gateway-kill', 'gateway-kill', 'gateway-restart', 'cloud-kill', 'line-cut'] as const),
    ...(['clock-jump', 'put-back'] as const),
  ]);
  if (kind === 'cloud-kill') return { kind, atMs, forMs };
  if (kind === 'clock-jump')
    return { kind, atMs, gateway, forMs, byMs: pick(random, [-7_200_000, -60_000, 60_000, 3_600_000]) };
  if (kind === 'put-back')
    return { kind, atMs, gateway, agoMs: between(random, 1, 15) * minuteMs, forMs: Math.min(forMs, 60_000) };
  return { kind, atMs, gateway, forMs };
}

function drawDeed(random: Random, machines: readonly string[], durationMs: number): Deed {
  const atMs = between(random, calmMs, durationMs - minuteMs);
  const machine = pick(random, machines);
  const kind = pick(random, [
    ...(['close', 'close', 'replace', 'retire', 'set-limits', 'clear-limits'] as const),
    ...(['maintenance', 'mute', 'unmute', 'rules'] as const),
  ]);
  const forMs = between(random, 1, 15) * minuteMs;
  if (kind === 'set-limits') {
    const warn = pick(random, [3, 5, 12]);
    return { kind, atMs, machine, warn, alarm: warn + 4 };
  }
  if (kind === 'maintenance' || kind === 'mute' || kind === 'rules') return { kind, atMs, machine, forMs };
  return { kind, atMs, machine };
}

function drawTwin(random: Random, durationMs: number): TwinPlan {
  const when = span(random, durationMs, 3, 30);
  return { ...when, folder: pick(random, ['new', 'copied']), isAlone: random.next() < 0.4 };
}

/** Devices of a gateway that is gone go to its twin, and back. Of two that run at once each has its own. */
function placeDevice(random: Random, device: DevicePlan, { isAlone, fromMs }: TwinPlan): void {
  if (isAlone) device.movesMs = fromMs;
  else if (random.next() < 0.3) device.movesMs = fromMs;
}
