import { type Random, seededRandom } from '../../shared/runtime/random.ts';
import { simulatePumpRuns } from '../data/plant-runs.ts';
import { cyclesPerDay, drawDuty } from '../plant/duty.ts';
import { createPumpSensors, type Damage, pumpSensors } from '../plant/pump-sensors.ts';
import type { Fleet, WatchedRun } from './fleet.ts';

const dayMs = 86_400_000;
const noDamage: Damage = { bearing: 0, seal: 0, impeller: 0, winding: 0 };

/** A pump without wear: only speed, valve position and ambient temperature change. */
function healthyRun(machine: string, cycles: number, random: Random): WatchedRun {
  const nextDuty = drawDuty(random);
  const read = createPumpSensors(random);
  const values = new Float32Array(cycles * pumpSensors.length);
  for (let cycle = 0; cycle < cycles; cycle++) {
    const reading = read(nextDuty(), noDamage);
    pumpSensors.forEach((name, column) => {
      values[cycle * pumpSensors.length + column] = reading[name];
    });
  }
  return { machine, values, rows: cycles, fails: false };
}

export interface PumpFleetOptions {
  failing: number;
  healthy: number;
  /** Number of cycles for which each healthy pump is watched. */
  healthyCycles: number;
  seed: number;
}

/**
 * Simulates virtual pumps, some of which run to failure while others stay healthy. A cycle is a 240th of a
 * day, as in the model of the ambient temperature.
 */
export function simulatePumpFleet(options: PumpFleetOptions): Fleet {
  const { failing, healthy, healthyCycles, seed } = options;
  const worn = simulatePumpRuns({ machines: failing, seed }).runs.map((run) => ({ ...run, fails: true }));
  const random = seededRandom(seed ^ 0x5eed);
  const sound = Array.from({ length: healthy }, (_, i) =>
    healthyRun(`healthy-${i + 1}`, healthyCycles, random),
  );
  return {
    description: `${failing} virtual pumps run to failure and ${healthy} healthy ones for ${healthyCycles} cycles each, seed ${seed}`,
    machineType: 'pump',
    msPerRow: dayMs / cyclesPerDay,
    runs: [...worn, ...sound],
  };
}
