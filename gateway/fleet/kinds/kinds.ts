/** The registry of kinds of documents that this gateway follows. A new kind is a folder in kinds/, and a line here. */
import type { Log } from '../../../shared/runtime/log.ts';
import type { FollowedAccounts } from '../../ports/devices/devices.ts';
import type {
  FollowedKind,
  FollowedModels,
  MachineOverrides,
  PinnedModels,
} from '../../ports/fleet/fleet.ts';
import type { MachineLessons } from '../../ports/fleet/lessons.ts';
import { accountsKind } from './accounts/part.ts';
import { Lessons } from './lessons/part.ts';
import { modelsKind } from './models/part.ts';
import { Overrides } from './overrides/part.ts';
import { Settings } from './settings/part.ts';
import { Updates } from './updates/part.ts';

export { Settings };

/** Followers of documents in other rooms. */
export interface FollowedHere {
  models?: FollowedModels & PinnedModels;
  accounts?: FollowedAccounts;
  /** As they were begun (../begin-settings.ts). */
  settings?: Settings;
}

/** The kinds, and what other rooms ask them for. */
export interface FleetKinds {
  kinds: readonly FollowedKind[];
  overrides: MachineOverrides;
  lessons: MachineLessons;
}

/** @param models absent: there is one version of each model here @param accounts absent: no source has users here @param settings absent: the file alone says them */
export function createFleetKinds(
  { gateway, dataDir, log }: { gateway: string; dataDir: string; log: Log },
  { models, accounts, settings }: FollowedHere = {},
): FleetKinds {
  const overrides = new Overrides(models);
  const lessons = Lessons.in(dataDir, log);
  const updates = Updates.in(dataDir, gateway, log);
  const ofOthers = [
    ...(models ? [modelsKind(models)] : []),
    ...(accounts ? [accountsKind(accounts)] : []),
    ...(settings ? [settings] : []),
  ];
  return { kinds: [overrides, lessons, updates, ...ofOthers], overrides, lessons };
}
