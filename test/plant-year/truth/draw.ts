import { crc32 } from 'node:zlib';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { clockChangesOf, dayMs, localOffsetMs, minuteMs, momentOf } from '../plant/calendar.ts';
import { type GatewayName, gatewayNames, type Machine } from '../plant/machines.ts';
import { type PlantEvent, untilEnd } from './event.ts';
import * as links from './links.ts';
import * as people from './people.ts';
import * as probes from './probes.ts';
import * as wear from './wear.ts';

const hourMs = 60 * minuteMs;
const drawsMax = 500;
const plansMax = 200;

export interface YearPlan {
  fromMs: number;
  toMs: number;
  events: PlantEvent[];
}

class NoRoom extends Error {}

/** Places events in the year so that no two concern a machine at the same time. */
class Placing {
  readonly events: PlantEvent[] = [];
  private readonly busy = new Map<string, { fromMs: number; toMs: number }[]>();
  private readonly fromMs: number;
  private readonly toMs: number;
  private readonly random: Random;
  private readonly machines: readonly Machine[];
  /** Nothing happens in the first days, so that a machine has a past to be judged by. */
  private readonly calmDays: number;
  /** Between two events of a machine. */
  private readonly restMs: number;

  constructor(machines: readonly Machine[], fromMs: number, toMs: number, random: Random) {
    const isShort = toMs - fromMs < 30 * dayMs;
    this.calmDays = isShort ? 1 : 10;
    this.restMs = (isShort ? 0.25 : 3) * dayMs;
    this.machines = machines;
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.random = random;
  }

  /** Draws a machine and a time at which it works, until what is made there collides with nothing. */
  place(names: readonly string[], make: (machine: Machine, fromMs: number) => PlantEvent[]): void {
    this.until(() => {
      const name = names[Math.floor(names.length * this.random.next())]!;
      const machine = this.machine(name);
      return make(machine, this.workTime());
    });
  }

  /** @throws NoRoom if what was placed before leaves none */
  until(draw: () => PlantEvent[]): void {
    for (let tries = 0; tries < drawsMax; tries++) {
      const made = draw();
      if (!made.every((event) => this.isFree(event))) continue;
      for (const event of made) this.take(event);
      return;
    }
    throw new NoRoom('the time has no room for its events');
  }

  machine(name: string): Machine {
    return this.machines.find((machine) => machine.name === name)!;
  }

  /** Between nine and twelve on a workday, local time. */
  workTime(): number {
    const days = (this.toMs - this.fromMs) / dayMs;
    for (;;) {
      const day = this.calmDays + Math.floor((days - this.calmDays - 1) * this.random.next());
      const midnightMs = Math.floor(this.fromMs / dayMs) * dayMs + day * dayMs;
      const atMs = midnightMs + 9 * hourMs + Math.floor(180 * this.random.next()) * minuteMs;
      const localMs = atMs - localOffsetMs(atMs);
      if (momentOf(localMs).weekday < 5) return localMs;
    }
  }

  private keysOf({ machine, gateway }: PlantEvent): string[] {
    if (machine) return [machine.name];
    return this.machines.filter((each) => each.gateway === gateway).map(({ name }) => name);
  }

  private isFree(event: PlantEvent): boolean {
    const toMs = untilEnd(event);
    if (Number.isFinite(toMs) && toMs > this.toMs) return false;
    return this.keysOf(event).every((key) =>
      (this.busy.get(key) ?? []).every(
        (other) => event.fromMs > other.toMs + this.restMs || toMs < other.fromMs - this.restMs,
      ),
    );
  }

  private take(event: PlantEvent): void {
    this.events.push(event);
    const { fromMs } = event;
    // A lasting change is normal after some days.
    const toMs = Number.isFinite(event.toMs) ? untilEnd(event) : fromMs + 3 * dayMs;
    for (const key of this.keysOf(event))
      this.busy.set(key, [...(this.busy.get(key) ?? []), { fromMs, toMs }]);
  }
}

const withVibrationLimits = ['pump-1', 'pump-2', 'fan-1', 'gear-1'];
const always = ['pump-1', 'pump-2', 'chiller-1'];
const everybody = [
  ...withVibrationLimits,
  'compressor-1',
  'oven-1',
  'press-1',
  'mixer-1',
  'chiller-1',
  'conveyor-1',
];

/** The year of a seed: when it begins, and what happens in it. */
export function drawYear(seed: number, machines: readonly Machine[], days = 365): YearPlan {
  const random = seededRandom(crc32('year', seed >>> 0));
  const drawnMs = Date.UTC(2026, 0, 1) + Math.floor(365 * random.next()) * dayMs;
  // A few days begin with a Sunday, so that they have workdays.
  const fromMs = days < 30 ? drawnMs + ((13 - momentOf(drawnMs).weekday) % 7) * dayMs : drawnMs;
  const toMs = fromMs + days * dayMs;
  const placing = placed(() => {
    const placing = new Placing(machines, fromMs, toMs, random);
    if (days >= 200) drawLong(placing, random);
    if (days >= 60) drawShort(placing, random);
    else drawFew(placing, random);
    return placing;
  });
  const dead = placing.events.filter(({ kind }) => kind === 'dead gateway');
  // A gateway that is down is not restarted.
  const restarts = drawRestarts(fromMs, toMs, random).filter((restart) =>
    dead.every(({ gateway, ...span }) => restart.gateway !== gateway || isApart(restart, span)),
  );
  const summer = clockChanges(fromMs, toMs);
  const events = [...placing.events, ...restarts, ...summer].sort((a, b) => a.fromMs - b.fromMs);
  return { fromMs, toMs, events };
}

/** Draws until everything has a place. */
function placed(draw: () => Placing): Placing {
  for (let tries = 0; ; tries++) {
    try {
      return draw();
    } catch (error) {
      if (!(error instanceof NoRoom) || tries >= plansMax) throw error;
    }
  }
}

function isApart(one: Pick<PlantEvent, 'fromMs' | 'toMs'>, other: typeof one): boolean {
  return one.toMs < other.fromMs - hourMs || one.fromMs > other.toMs + hourMs;
}

/** The events that take weeks and months come first, because they need most room. */
function drawLong(placing: Placing, random: Random): void {
  placing.place(withVibrationLimits, (machine, fromMs) => [wear.slowBearing(machine, fromMs, random)]);
  placing.place(['press-1', 'mixer-1'], (machine, fromMs) => [
    wear.slowBearingOfOpenType(machine, fromMs, random),
  ]);
  placing.place(['pump-1', 'pump-2', 'gear-1'], (machine, fromMs) => [
    wear.growingNoise(machine, fromMs, random),
  ]);
}

/** Places the few events that fit into a week, for a quick look: a limit, a failure, and a probe. */
function drawFew(placing: Placing, random: Random): void {
  placing.place(['pump-1'], (machine, fromMs) => [wear.steadyLevel(machine, fromMs, random, 1)]);
  placing.place(['pump-2'], (machine, fromMs) => [wear.suddenFailure(machine, fromMs)]);
  placing.place(['fan-1'], (machine, fromMs) => [probes.looseProbe(machine, 'bearing_temp', fromMs, random)]);
}

function drawShort(placing: Placing, random: Random): void {
  placing.place(always, (machine, fromMs) => [wear.steadyLevel(machine, fromMs, random)]);
  placing.place(['compressor-1', 'fan-1', 'pump-1'], (machine, fromMs) => [
    wear.suddenFailure(machine, fromMs),
  ]);
  placing.place(['mixer-1', 'press-1'], (machine, fromMs) => [wear.suddenFailure(machine, fromMs)]);
  placing.place(['oven-1'], (machine, fromMs) => {
    const sensors = ['zone1', 'zone2'];
    const change = probes.unitChange(machine, sensors, fromMs);
    return [change, probes.lastingUnit(machine, sensors, change.toMs)];
  });
  placing.place(['chiller-1'], (machine, fromMs) => [probes.unitChange(machine, ['oil_temp'], fromMs)]);
  placing.place(['pump-1', 'pump-2'], (machine, fromMs) => [
    probes.stuckProbe(machine, 'bearing_temp', fromMs),
  ]);
  placing.place(['mixer-1'], (machine, fromMs) => [probes.stuckProbe(machine, 'bearing_temp', fromMs)]);
  placing.place(['fan-1', 'gear-1', 'pump-2'], (machine, fromMs) => [
    probes.looseProbe(machine, 'bearing_temp', fromMs, random),
  ]);
  placing.place(['press-1'], (machine, fromMs) => [probes.looseProbe(machine, 'oil_temp', fromMs, random)]);
  placing.place(['pump-1', 'pump-2'], (machine, fromMs) => [
    probes.missingSensor(machine, 'pressure', fromMs),
  ]);
  placing.place(['conveyor-1'], (machine, fromMs) => [probes.missingSensor(machine, 'motor_temp', fromMs)]);
  placing.place(everybody, (machine, fromMs) => [links.silentMachine(machine, fromMs)]);
  placing.place(['pump-1', 'pump-2', 'chiller-1'], (machine, fromMs) => {
    const [cut, worse] = links.keptReadings(machine, fromMs, random);
    return [cut!, worse!];
  });
  placing.place(['pump-1', 'pump-2', 'chiller-1'], (machine, fromMs) =>
    links.passedLimit(machine, fromMs, random),
  );
  const gatewayOf = (first: boolean): GatewayName => gatewayNames[Number(random.next() < 0.5 === first)]!;
  placing.until(() => [links.deadGateway(gatewayOf(true), placing.workTime())]);
  placing.until(() => {
    const gateway = gatewayOf(true);
    const machine = placing.machine(gateway === 'gw1' ? 'pump-1' : 'chiller-1');
    return links.cutUplink(gateway, machine, placing.workTime(), random);
  });
  for (let i = 0; i < 3; i++)
    placing.place(everybody, (machine, fromMs) => [people.maintenance(machine, fromMs, random)]);
  placing.place(['mixer-1', 'conveyor-1'], (machine, fromMs) => [people.newProduct(machine, fromMs)]);
}

function drawRestarts(fromMs: number, toMs: number, random: Random): PlantEvent[] {
  const restarts: PlantEvent[] = [];
  const each = (make: (atMs: number, how: 'stopped' | 'killed') => PlantEvent) => {
    const step = () => Math.floor((10 + 15 * random.next()) * 1_440) * minuteMs;
    for (let atMs = fromMs + step(); atMs < toMs - dayMs; atMs += step())
      restarts.push(make(atMs, random.next() < 0.5 ? 'killed' : 'stopped'));
  };
  for (const gateway of gatewayNames) each((atMs, how) => people.gatewayRestart(gateway, atMs, how));
  each(people.cloudRestart);
  return restarts;
}

/** The hours at which the clocks of a year change; the plant does what follows from it by itself. */
function clockChanges(fromMs: number, toMs: number): PlantEvent[] {
  const years = [new Date(fromMs).getUTCFullYear(), new Date(toMs).getUTCFullYear()];
  return [...new Set(years)]
    .flatMap(clockChangesOf)
    .filter((atMs) => atMs >= fromMs && atMs < toMs)
    .map((atMs) => ({
      kind: 'change of the clocks',
      gateway: null,
      machine: null,
      fromMs: atMs,
      toMs: atMs + dayMs,
      tellings: [],
    }));
}
