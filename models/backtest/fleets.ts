import { HarbingerError } from '../../shared/runtime/errors.ts';
import { readFemto } from '../data/femto.ts';
import type { Fleet } from './fleet.ts';
import { simulatePumpFleet } from './pump-fleet.ts';

export interface FleetOptions {
  dataDir?: string;
  seed: number;
  /** Number of simulated machines that fail; a quarter as many stay healthy. */
  machines?: number;
}

const pumpsDefault = 120;
const healthyShare = 0.25;
/** Ten days of a virtual pump. */
const healthyCycles = 2_400;

const bearingRowMs = 10_000;

type MakeFleet = (options: FleetOptions) => Fleet;

const fleets: Record<string, MakeFleet> = {
  pump: ({ seed, machines = pumpsDefault }) =>
    simulatePumpFleet({
      failing: machines,
      healthy: Math.ceil(healthyShare * machines),
      healthyCycles,
      seed,
    }),
  bearing: ({ dataDir }) => {
    if (dataDir === undefined) {
      throw new HarbingerError(
        'DATA_MISSING',
        'cli',
        'bearings are not simulated: give the folder of the FEMTO bearings’ CSV files with --data DIR',
      );
    }
    const recorded = readFemto(dataDir);
    return {
      description: recorded.description,
      machineType: 'bearing',
      msPerRow: bearingRowMs,
      runs: recorded.runs.map((run) => ({ ...run, fails: true })),
      recorded,
    };
  },
};

/** Returns machines of a type whose whole lives are known. @throws HarbingerError FLEET_UNKNOWN, DATA_* */
export function fleetOf(machineType: string, options: FleetOptions): Fleet {
  const make = fleets[machineType];
  if (make) return make(options);
  const names = Object.keys(fleets).join(', ');
  throw new HarbingerError(
    'FLEET_UNKNOWN',
    'cli',
    `there are no whole lives to replay for machine type '${machineType}'; there are for ${names}`,
  );
}
