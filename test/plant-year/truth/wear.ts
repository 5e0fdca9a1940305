/** Events in which a machine wears or breaks. */
import { gaussian, type Random } from '../../../shared/runtime/random.ts';
import { dayMs, minuteMs } from '../plant/calendar.ts';
import type { Machine } from '../plant/machines.ts';
import type { PlantEvent, Telling } from './event.ts';

const hourMs = 60 * minuteMs;
/** A limit counts as crossed when this many readings in a row are beyond it, and may take as long to be told. */
const crossedReadings = 10;

function limitsOfVibration({ type }: Machine): { column: number; warn: number; alarm: number } {
  const column = type.sensors.findIndex(({ name }) => name === 'vibration');
  const { warn, alarm } = type.sensors[column]!;
  return { column, warn: warn!, alarm: alarm! };
}

/** Notes in a telling when the vibration has crossed its limits. */
function crossing(machine: Machine, telling: Telling): (values: Float32Array, nowMs: number) => void {
  const { column, warn, alarm } = limitsOfVibration(machine);
  let [beyondWarn, beyondAlarm] = [0, 0];
  return (values, nowMs) => {
    const value = values[column]!;
    beyondWarn = value >= warn ? beyondWarn + 1 : 0;
    beyondAlarm = value >= alarm ? beyondAlarm + 1 : 0;
    const byMs = nowMs + crossedReadings * minuteMs;
    if (beyondWarn === crossedReadings) telling.latestMs = Math.min(telling.latestMs, byMs);
    if (beyondAlarm === crossedReadings) telling.criticalByMs ??= byMs;
  };
}

/** Between 0 and 1, exponentially: most of it comes at the end. */
function growth(part: number): number {
  return (Math.exp(5 * part) - 1) / (Math.exp(5) - 1);
}

function renew({ wear, operation }: Machine): void {
  Object.assign(wear, { shake: 1, scatter: 1, heat: 0 });
  operation.unblock();
}

/** A bearing that wears for two or three months. At the end it is replaced, which somebody reports. */
export function slowBearing(machine: Machine, fromMs: number, random: Random): PlantEvent {
  const wornMs = (70 + 30 * random.next()) * dayMs;
  const toMs = fromMs + wornMs + dayMs;
  const repairedMs = toMs + 6 * hourMs;
  const telling: Telling = {
    where: 'cloud',
    accepts: ['limit', 'wear', 'unusual'],
    latestMs: Number.POSITIVE_INFINITY,
  };
  const observe = crossing(machine, telling);
  return {
    kind: 'slow bearing',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [telling],
    endedByMs: repairedMs + 2 * hourMs,
    opensMax: 3,
    before({ nowMs }) {
      const worn = growth(Math.min(1, (nowMs - fromMs) / wornMs));
      machine.wear.shake = 1 + 3.8 * worn;
      machine.wear.heat = 15 * worn;
    },
    change: (values, { nowMs }) => observe(values, nowMs),
    actions: [
      { atMs: toMs, act: () => machine.operation.block() },
      {
        atMs: repairedMs,
        async act(plant) {
          renew(machine);
          await plant.lifecycle(machine, 'replaced');
        },
      },
    ],
  };
}

/** The same on a machine without limits, whose repair nobody reports. */
export function slowBearingOfOpenType(machine: Machine, fromMs: number, random: Random): PlantEvent {
  const wornMs = (70 + 30 * random.next()) * dayMs;
  const toMs = fromMs + wornMs + dayMs;
  const repairedMs = toMs + 6 * hourMs;
  const telling: Telling = {
    where: 'cloud',
    accepts: ['wear', 'unusual'],
    latestMs: Number.POSITIVE_INFINITY,
  };
  return {
    kind: 'slow bearing, no limits',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [telling],
    endedByMs: repairedMs + dayMs,
    opensMax: 3,
    before({ nowMs }) {
      const worn = growth(Math.min(1, (nowMs - fromMs) / wornMs));
      machine.wear.shake = 1 + 7 * worn;
      machine.wear.heat = 15 * worn;
      // Three times its usual vibration is far beyond its past: a day is enough to say so.
      if (machine.wear.shake >= 3) telling.latestMs = Math.min(telling.latestMs, nowMs + dayMs);
    },
    actions: [
      { atMs: toMs, act: () => machine.operation.block() },
      { atMs: repairedMs, act: () => renew(machine) },
    ],
  };
}

/** Something breaks within minutes; the machine stops, and two days later it is back. */
export function suddenFailure(machine: Machine, fromMs: number): PlantEvent {
  const isDeclared = !machine.type.openSensors;
  const stopsMs = fromMs + (isDeclared ? 25 : 120) * minuteMs;
  const toMs = fromMs + 2 * dayMs;
  const toldMs = fromMs + (isDeclared ? 10 : 30) * minuteMs;
  return {
    kind: isDeclared ? 'sudden failure' : 'sudden failure, no limits',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [
      {
        where: 'cloud',
        accepts: ['limit', 'wear', 'unusual'],
        latestMs: toldMs,
        ...(isDeclared && { criticalByMs: toldMs }),
      },
    ],
    endedByMs: toMs + 4 * hourMs,
    before({ nowMs }) {
      // Beyond the alarm limit at the lowest speed and load too.
      machine.wear.shake = 1 + 6 * Math.min(1, (nowMs - fromMs) / (3 * minuteMs));
    },
    actions: [
      { atMs: stopsMs, act: () => machine.operation.block() },
      {
        atMs: stopsMs + 5 * minuteMs,
        act: (plant) => (isDeclared ? plant.lifecycle(machine, 'failed') : undefined),
      },
      {
        atMs: toMs,
        async act(plant) {
          renew(machine);
          if (isDeclared) await plant.lifecycle(machine, 'replaced');
        },
      },
    ],
  };
}

/** The vibration stays a third above its warning limit for some days, and does not grow. */
export function steadyLevel(machine: Machine, fromMs: number, random: Random, days = 8): PlantEvent {
  const { column, warn } = limitsOfVibration(machine);
  const toMs = fromMs + days * dayMs;
  return {
    kind: 'steady level over a limit',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [{ where: 'cloud', accepts: ['limit', 'wear'], latestMs: fromMs + 10 * minuteMs }],
    endedByMs: toMs + 2 * hourMs,
    change(values) {
      values[column] = 1.3 * warn * (1 + 0.03 * gaussian(random));
    },
  };
}

/** The scatter of the vibration grows for two weeks, so that it is beyond its warning limit ever more often. */
export function growingNoise(machine: Machine, fromMs: number, random: Random): PlantEvent {
  const { column, warn } = limitsOfVibration(machine);
  const toMs = fromMs + 14 * dayMs;
  const telling: Telling = {
    where: 'cloud',
    accepts: ['limit', 'wear', 'unusual'],
    latestMs: Number.POSITIVE_INFINITY,
  };
  let beyond = 0;
  return {
    kind: 'growing noise',
    gateway: machine.gateway,
    machine,
    fromMs,
    toMs,
    tellings: [telling],
    endedByMs: toMs + 4 * hourMs,
    opensMax: 3,
    change(values, { nowMs }) {
      if (!machine.operation.isRunning) return;
      const part = (nowMs - fromMs) / (toMs - fromMs);
      const value = 0.8 * warn * (1 + (0.03 + 0.25 * part) * gaussian(random));
      values[column] = Math.abs(value);
      // The share of the last twelve hours, about, in which it was beyond.
      beyond += (Number(value >= warn) - beyond) / 720;
      if (beyond >= 0.1) telling.latestMs = Math.min(telling.latestMs, nowMs + hourMs);
    },
  };
}
