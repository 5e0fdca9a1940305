/**
 * Physics of a virtual pump (models/plant): one life from new to failed. The virtual plant that users run
 * (deploy/plant) and the training data of `pump-rul` both come from here; a change here makes that model
 * outdated.
 *
 * All randomness is drawn when a life is created and none when it is read, so the same seed gives the same
 * life in any order of reading.
 * Wear is hidden: nothing shows before an onset. Then damage accelerates, at a pace set by the machine and by
 * its load, and the machine fails when damage reaches 1. Sensors show damage through the physics of the pump
 * (affinity laws, thermal lag), on top of changing speed, valve position and ambient temperature, with noise
 * and with offsets that differ between machines.
 */
import { gaussian, type Random } from '../../shared/runtime/random.ts';
import { type Duty, drawDuty } from './duty.ts';
import { createPumpSensors, type Damage, type PumpReading } from './pump-sensors.ts';

export const failureModes = ['bearing-wear', 'seal-leak', 'impeller-erosion', 'winding-fault'] as const;
export type FailureMode = (typeof failureModes)[number];

/** Shortest possible life, in cycles (one cycle is one reading). */
export const lifeCyclesMin = 120;
export const lifeCyclesMax = 400;

export interface PumpLife {
  readonly failureMode: FailureMode;
  /** Number of readings until the machine fails; the last one is `lifeCycles - 1`. */
  readonly lifeCycles: number;
  /**
   * Returns all fourteen sensors of machine type `pump` at a cycle. @throws RangeError outside 0 … lifeCycles
   * − 1
   */
  sample(cycle: number): PumpReading;
  /**
   * The cycle with this many cycles left, for starting a machine late in its life; 0 if the life is shorter.
   */
  cycleWithRemaining(remainingCycles: number): number;
}

function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.next() * from.length)]!;
}

/** Draws the duty and the damage of the failing part (0 … 1) at each cycle until failure. */
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

/** Draws how much the other parts are damaged along with the failing one, each by a small share. */
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

/**
 * Draws a life.
 * @param options `failureMode` sets which part fails; otherwise that is drawn as well
 */
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
