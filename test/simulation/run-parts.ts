/** Everything that takes part in one simulated run. */
import type { SimulatedCloud } from './cloud/cloud.ts';
import type { SimulatedGateway } from './gateway/gateway.ts';
import type { Network } from './network/network.ts';
import type { Sensor } from './sensors.ts';
import type { Ledger } from './world/ledger.ts';
import type { Schedule } from './world/schedule.ts';
import type { World } from './world/world.ts';

export interface RunParts {
  world: World;
  ledger: Ledger;
  cloud: SimulatedCloud;
  network: Network;
  gateway: SimulatedGateway;
  sensors: readonly Sensor[];
  schedule: Schedule;
}
