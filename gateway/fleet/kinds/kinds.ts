/** The registry of kinds of documents that this gateway follows. A new kind is a folder in kinds/, and a line here. */
import type {
  FollowedKind,
  FollowedModels,
  MachineOverrides,
  PinnedModels,
} from '../../ports/fleet/fleet.ts';
import { modelsKind } from './models/part.ts';
import { Overrides } from './overrides/part.ts';

/** The kinds, and what other rooms ask them for. */
export interface FleetKinds {
  kinds: readonly FollowedKind[];
  overrides: MachineOverrides;
}

/** @param models absent: there is one version of each model here */
export function createFleetKinds(models?: FollowedModels & PinnedModels): FleetKinds {
  const overrides = new Overrides(models);
  return { kinds: [overrides, ...(models ? [modelsKind(models)] : [])], overrides };
}
