/** Everything that takes part in one simulated run. */
import type { SimulatedCloud } from './cloud.ts';
import type { SimulatedGateway } from './gateway.ts';
import type { Ledger } from './ledger.ts';
import type { Network } from './network.ts';
import type { Schedule } from './schedule.ts';
import type { Sensor } from './sensors.ts';
import type { World } from './world.ts';

export interface RunParts {
  world: World;
  ledger: Ledger;
  cloud: SimulatedCloud;
  network: Network;
  gateway: SimulatedGateway;
  sensors: readonly Sensor[];
  schedule: Schedule;
}
