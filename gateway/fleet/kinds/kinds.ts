/** The registry of kinds of documents that this gateway follows. A new kind is a folder in kinds/, and a line here. */
import type { Log } from '../../../shared/runtime/log.ts';
import type {
  FollowedKind,
  FollowedModels,
  MachineOverrides,
  PinnedModels,
} from '../../ports/fleet/fleet.ts';
import type { MachineLessons } from '../../ports/fleet/lessons.ts';
import { Lessons } from './lessons/part.ts';
import { modelsKind } from './models/part.ts';
import { Overrides } from './overrides/part.ts';

/** The kinds, and what other rooms ask them for. */
export interface FleetKinds {
  kinds: readonly FollowedKind[];
  overrides: MachineOverrides;
  lessons: MachineLessons;
}

/** @param models absent: there is one version of each model here */
export function createFleetKinds(
  { dataDir, log }: { dataDir: string; log: Log },
  models?: FollowedModels & PinnedModels,
): FleetKinds {
  const overrides = new Overrides(models);
  const lessons = Lessons.in(dataDir, log);
  return { kinds: [overrides, lessons, ...(models ? [modelsKind(models)] : [])], overrides, lessons };
}
