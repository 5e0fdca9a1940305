import { join } from 'node:path';
import type { MachineOverrides } from '../ports/fleet/fleet.ts';
import type { MachineLessons } from '../ports/fleet/lessons.ts';
import { Fleet, type FleetDeps } from './fleet.ts';
import { fleetFile } from './fleet-file.ts';
import { createFleetKinds, type FollowedHere } from './kinds/kinds.ts';

type CreateFleetDeps = Omit<FleetDeps, 'file' | 'kinds'> & FollowedHere & { dataDir: string };

/** Creates the fleet of a gateway, which follows from now on what was kept. @throws HarbingerError FLEET_VERSION, FLEET_UNREADABLE */
export function createFleet({ dataDir, models, accounts, settings, ...deps }: CreateFleetDeps): {
  fleet: Fleet;
  overrides: MachineOverrides;
  lessons: MachineLessons;
} {
  const { kinds, overrides, lessons } = createFleetKinds(
    { dataDir, gateway: deps.gateway, log: deps.log },
    { ...(models && { models }), ...(accounts && { accounts }), ...(settings && { settings }) },
  );
  const fleet = new Fleet({ ...deps, kinds, file: fleetFile(join(dataDir, 'fleet.json'), deps.log) });
  fleet.load();
  return { fleet, overrides, lessons };
}
