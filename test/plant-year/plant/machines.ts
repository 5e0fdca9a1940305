/**
 * The plant (test/plant-year/plant): ten machines with a physics of their own, which knows nothing of how the product
 * judges. calendar.ts has the time on the wall, operation.ts what a machine does, sensors.ts what its sensors show.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { builtInTypesDir, loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import type { Moment } from './calendar.ts';
import { Operation, type Shifts } from './operation.ts';
import type { SensorModel, Wear } from './sensors.ts';
import * as sensors from './sensors.ts';

const typesDir = join(packageRoot, 'test', 'plant-year', 'types');

export const gatewayNames = ['gw1', 'gw2'] as const;
export type GatewayName = (typeof gatewayNames)[number];

/** The types of the plant's own folder, and the open type of the product. None has a model. */
export function plantTypes(): ReadonlyMap<string, MachineType> {
  const all = loadMachineTypes([builtInTypesDir, typesDir]);
  return new Map([...all].filter(([name]) => name === 'generic' || name.startsWith('plant-')));
}

/** One machine with its device. */
export class Machine {
  readonly gateway: GatewayName;
  readonly site: string;
  readonly name: string;
  readonly type: MachineType;
  readonly sensors: readonly string[];
  readonly operation: Operation;
  readonly wear: Wear = { shake: 1, scatter: 1, heat: 0 };
  /** Whether its device stamps readings with the time on the wall, as if that were UTC. */
  readonly stampsLocalTime: boolean;
  private readonly models: readonly SensorModel[];

  constructor(plan: MachinePlan, type: MachineType, random: Random) {
    this.gateway = plan.gateway;
    this.site = plan.gateway === 'gw1' ? 'hall-a' : 'hall-b';
    this.name = plan.name;
    this.type = type;
    this.operation = new Operation(plan.shifts, random);
    this.stampsLocalTime = plan.stampsLocalTime ?? false;
    const models = plan.sensors(random);
    this.sensors = Object.keys(models);
    this.models = Object.values(models);
  }

  /** The values of one minute, in the order of `sensors`. */
  step(at: Moment): Float32Array {
    this.operation.step(at);
    const values = new Float32Array(this.models.length);
    for (let i = 0; i < values.length; i++) values[i] = this.models[i]!(this.operation, at, this.wear);
    return values;
  }

  columnOf(sensor: string): number {
    const column = this.sensors.indexOf(sensor);
    if (column < 0) throw new Error(`${this.name} has no sensor ${sensor}`);
    return column;
  }
}

interface MachinePlan {
  name: string;
  gateway: GatewayName;
  type: string;
  shifts: Shifts;
  stampsLocalTime?: true;
  /** In the order in which a declared type has them. */
  sensors(random: Random): Record<string, SensorModel>;
}

const pump = (random: Random) => ({
  vibration: sensors.vibration(random, 2.1),
  bearing_temp: sensors.temperature(random, 32),
  pressure: sensors.pressure(random, 6),
  current: sensors.current(random, 22),
  speed: sensors.shaftSpeed(random, 2_950),
});

const fan = (level: number) => (random: Random) => ({
  vibration: sensors.vibration(random, level, 3.4),
  bearing_temp: sensors.temperature(random, 30),
  current: sensors.current(random, 16),
  speed: sensors.shaftSpeed(random, 1_450),
});

const compressor = (season: number) => (random: Random) => ({
  vibration: sensors.vibration(random, 3.2, 1.8),
  oil_temp: sensors.temperature(random, 42, { minutes: 30, season }),
  discharge_pressure: sensors.pressure(random, 8),
  current: sensors.current(random, 60),
});

const plans: readonly MachinePlan[] = [
  { name: 'pump-1', gateway: 'gw1', type: 'plant-pump', shifts: 'always', sensors: pump },
  { name: 'pump-2', gateway: 'gw1', type: 'plant-pump', shifts: 'always', sensors: pump },
  { name: 'fan-1', gateway: 'gw1', type: 'plant-fan', shifts: 'two', sensors: fan(1.9) },
  { name: 'compressor-1', gateway: 'gw1', type: 'plant-compressor', shifts: 'two', sensors: compressor(6) },
  {
    name: 'oven-1',
    gateway: 'gw1',
    type: 'generic',
    shifts: 'one',
    sensors: (random) => ({
      zone1: sensors.heldTemperature(random, [180, 200, 220]),
      zone2: sensors.heldTemperature(random, [175, 196, 214]),
      heating: sensors.current(random, 40, 1.6),
    }),
  },
  {
    name: 'press-1',
    gateway: 'gw1',
    type: 'generic',
    shifts: 'two',
    sensors: (random) => ({
      vibration: sensors.vibration(random, 3, 1.5),
      oil_temp: sensors.temperature(random, 35),
      current: sensors.current(random, 30),
      running: sensors.runningState(),
      strokes: sensors.counter(random, 30, 65_536),
    }),
  },
  {
    name: 'mixer-1',
    gateway: 'gw2',
    type: 'generic',
    shifts: 'always',
    sensors: (random) => ({
      vibration: sensors.vibration(random, 1.6),
      bearing_temp: sensors.temperature(random, 25),
      current: sensors.current(random, 18),
      speed: sensors.shaftSpeed(random, 90),
    }),
  },
  { name: 'gear-1', gateway: 'gw2', type: 'plant-fan', shifts: 'two', sensors: fan(2.2) },
  {
    name: 'chiller-1',
    gateway: 'gw2',
    type: 'plant-compressor',
    shifts: 'always',
    sensors: compressor(14),
  },
  {
    name: 'conveyor-1',
    gateway: 'gw2',
    type: 'generic',
    shifts: 'two',
    stampsLocalTime: true,
    sensors: (random) => ({
      belt_speed: sensors.shaftSpeed(random, 40),
      current: sensors.current(random, 9, 3),
      motor_temp: sensors.temperature(random, 28),
      running: sensors.runningState(),
      parts: sensors.batchCounter(12),
    }),
  },
];

/** The ten machines, each with chance of its own. */
export function plantMachines(seed: number, types: ReadonlyMap<string, MachineType>): Machine[] {
  return plans.map(
    (plan) => new Machine(plan, types.get(plan.type)!, seededRandom(crc32(plan.name, seed >>> 0))),
  );
}
