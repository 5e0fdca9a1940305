import type { GatewayConfig } from '../../../../gateway/config.ts';
import type { Decisions } from '../../../../gateway/decisions/create-decisions.ts';
import { RecentReadings } from '../../../../gateway/decode/identity/recent-readings.ts';
import type { Fleet } from '../../../../gateway/fleet/fleet.ts';
import { openJournals } from '../../../../gateway/journal/journal-set.ts';
import { openRecords } from '../../../../gateway/journal/records/open-records.ts';
import { type DataPlane, startDataPlane } from '../../../../gateway/pipeline/plane.ts';
import type { LifecycleNotice } from '../../../../gateway/ports/watch.ts';
import { openRefusedBatches } from '../../../../gateway/refused-batches/refused-batches.ts';
import type { Watch } from '../../../../gateway/watch/watch.ts';
import { unlimited } from '../../../../shared/runtime/budget.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import type { SimulatedDisk } from '../../gateway/disk.ts';
import { openLetters } from '../../gateway/letters.ts';
import type { Process, World } from '../../world/world.ts';
import { gatewayName, type TellingCloud } from './cloud.ts';
import { type Line, Link } from './link.ts';
import { types } from './types.ts';

/** Remembered identities: more than a schedule has. */
const recentMax = 1 << 13;

export interface PlaneParts {
  world: World;
  cloud: TellingCloud;
  line: Line;
  config: GatewayConfig;
  disk: SimulatedDisk;
  process: Process;
  random: Random;
  watch: Watch;
  decisions: Decisions;
  fleet: Fleet;
}

/** Opens the real data plane on the simulated disk; what it says goes to watch, decisions and fleet. */
export function openPlane(parts: PlaneParts): Promise<DataPlane> {
  const { world, cloud, line, config, disk, process, random, watch, decisions, fleet } = parts;
  const fs = disk.mount(process);
  const { clock } = process;
  const instance = random.next().toString(16).slice(2);
  const handlers = {
    ended: (alerts: Parameters<Decisions['ended']>[0]) => void decisions.ended(alerts),
    fleet: (message: Buffer | null) => fleet.heard(message),
  };
  const ifAlive = (work: () => void) =>
    queueMicrotask(() => {
      if (process.alive) work();
    });
  return startDataPlane(
    { config, types },
    {
      ...{ clock, random, limited: unlimited, log: silentLog },
      columns: (columns) => ifAlive(() => watch.add(columns)),
      lifecycle: (notice: LifecycleNotice) =>
        ifAlive(() => {
          if (notice.state === 'replaced') watch.replaced(notice.about.site, notice.about.machine);
          void decisions.lifecycle(notice);
        }),
      maintenance: (report) => watch.maintenance.reported(report),
      openJournals: (options) => openJournals({ ...options, fs }),
      openRefusedBatches: (options) =>
        openRefusedBatches({
          ...options,
          openRecords: (dir) => openRecords({ dir, fs, clock, random, log: silentLog }),
        }),
      openDeadLetters: (options) => openLetters(options, { fs, clock, random }),
      link: () => new Link({ gateway: gatewayName, instance, line, cloud, process, world, handlers }),
      recent: new RecentReadings(recentMax),
    },
  );
}
