/**
 * The life of one virtual pump, from new to failed: the wear physics behind the virtual plant and behind the training
 * data of `pump-rul`. Everything is drawn from `random` when the life is created; reading it draws nothing, so the same
 * seed gives the same life in any order of reading.
 *
 * Wear is hidden: nothing shows until an onset, then damage grows ever faster, at a pace set by the machine and by the
 * load it runs at, and the machine fails when it reaches 1. Sensors see damage through the physics of the pump
 * (affinity laws, thermal lag) on top of changing speed, valve position and ambient temperature, with noise, and with
 * offsets that differ between machines.
 */
import { gaussian, type Random } from '../../shared/runtime/random.ts';
import { type Duty, drawDuty } from './duty.ts';
import { createPumpSensors, type Damage, type PumpReading } from './pump-sensors.ts';

export const failureModes = ['bearing-wear', 'seal-leak', 'impeller-erosion', 'winding-fault'] as const;
export type FailureMode = (typeof failureModes)[number];

/** Every life is this long, in cycles (one cycle is one reading). */
export const lifeCyclesMin = 120;
export const lifeCyclesMax = 400;

export interface PumpLife {
  readonly failureMode: FailureMode;
  /** Readings until the machine fails; the last one is `lifeCycles - 1`. */
  readonly lifeCycles: number;
  /** All fourteen sensors of machine type `pump` at one cycle, 0 … lifeCycles − 1. @throws RangeError outside. */
  sample(cycle: number): PumpReading;
  /** The cycle at which this many are left, so that a machine can be started late in its life; 0 if it is shorter. */
  cycleWithRemaining(remainingCycles: number): number;
}

function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.next() * from.length)]!;
}

/** How far the failing part is gone at each cycle, 0 … 1, one entry per cycle until failure. */
function drawWear(random: Random): { duty: Duty[]; damage: number[] } {
  const onsetCycle = uniform(random, 30, 190);
  const wearCycles = uniform(random, 75, 210);
  const curvature = uniform(random, 1.5, 3.5);
  const duty: Duty[] = [];
  const damage: number[] = [];
  const nextDuty = drawDuty(random);
  let progress = 0;
  for (let cycle = 0; progress < 1; cycle++) {
    const now = nextDuty();
    duty.push(now);
    damage.push(Math.expm1(curvature * progress) / Math.expm1(curvature));
    if (cycle >= onsetCycle) progress += (now.wearRate * Math.exp(0.25 * gaussian(random))) / wearCycles;
  }
  return { duty, damage };
}

/** Other parts suffer with the failing one, each a little and to its own degree. */
function drawShares(random: Random, failureMode: FailureMode): (damage: number) => Damage {
  const share = (mode: FailureMode) =>
    mode === failureMode ? uniform(random, 0.85, 1.15) : uniform(random, 0, 0.15);
  const bearing = share('bearing-wear');
  const seal = share('seal-leak');
  const impeller = share('impeller-erosion');
  const winding = share('winding-fault');
  return (damage) => ({
    bearing: bearing * damage,
    seal: seal * damage,
    impeller: impeller * damage,
    winding: winding * damage,
  });
}

/** Draws a life. `failureMode` fixes what fails; otherwise that is drawn too. */
export function createPumpLife(random: Random, options: { failureMode?: FailureMode } = {}): PumpLife {
  const failureMode = options.failureMode ?? pick(random, failureModes);
  let wear = drawWear(random);
  while (wear.damage.length < lifeCyclesMin || wear.damage.length > lifeCyclesMax) wear = drawWear(random);
  const shareOut = drawShares(random, failureMode);
  const read = createPumpSensors(random);
  const readings = wear.duty.map((duty, cycle) => read(duty, shareOut(wear.damage[cycle]!)));
  const lifeCycles = readings.length;
  return {
    failureMode,
    lifeCycles,
    sample(cycle) {
      const reading = readings[cycle];
      if (!reading) throw new RangeError(`cycle ${cycle} is outside this life of ${lifeCycles} cycles`);
      return { ...reading };
    },
    cycleWithRemaining: (remainingCycles) => Math.max(0, lifeCycles - 1 - Math.round(remainingCycles)),
  };
}
