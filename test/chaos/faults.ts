import type { Draw } from './draw.ts';
import type { Fault, Plan, Target } from './fault.ts';
import { clockFaults } from './faults-clock.ts';
import { databaseFaults } from './faults-databases.ts';
import { diskFaults } from './faults-disk.ts';
import { journalFaults } from './faults-journal.ts';
import { linkFaults } from './faults-link.ts';
import { processFaults } from './faults-processes.ts';
import { putBackFaults } from './faults-put-back.ts';
import { sensorFaults } from './faults-sensors.ts';
import { sessionFaults } from './faults-sessions.ts';
import { stateFaults } from './faults-state.ts';
import { storeFaults } from './faults-store.ts';
import { twinFaults } from './faults-twin.ts';
import type { Site } from './site.ts';

export const faults: readonly Fault[] = [
  ...processFaults,
  ...linkFaults,
  ...storeFaults,
  ...diskFaults,
  ...journalFaults,
  ...putBackFaults,
  ...stateFaults,
  ...databaseFaults,
  ...sessionFaults,
  ...clockFaults,
  ...sensorFaults,
  ...twinFaults,
];

export interface PlannedFault {
  fault: Fault;
  plan: Plan;
  /** After the load began. */
  atMs: number;
}

const beginMsMax = 4_000;

/** One to three faults for different targets. `only`: kinds to draw from, all if empty. */
export function drawFaults(draw: Draw, site: Site, only: readonly string[]): PlannedFault[] {
  const count = draw.pick([1, 1, 2, 2, 2, 3]);
  const taken = new Set<Target>();
  const planned: PlannedFault[] = [];
  while (planned.length < count) {
    const choice = faults.filter(
      (fault) =>
        !taken.has(fault.target) &&
        (only.length === 0 || only.includes(fault.kind)) &&
        !fault.unavailable?.(site),
    );
    if (choice.length === 0) break;
    const fault = weighted(draw, choice);
    taken.add(fault.target);
    planned.push({ fault, plan: fault.plan(draw, site), atMs: draw.int(500, beginMsMax) });
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}

function weighted(draw: Draw, choice: readonly Fault[]): Fault {
  const weightOf = ({ weight = 1 }: Fault) => weight;
  let at = draw.share() * choice.reduce((sum, fault) => sum + weightOf(fault), 0);
  for (const fault of choice) {
    at -= weightOf(fault);
    if (at < 0) return fault;
  }
  return choice.at(-1)!;
}

/** What cannot be done to this site, and why. */
export function skipped(site: Site): { kind: string; why: string }[] {
  return faults.flatMap((fault) => {
    const why = fault.unavailable?.(site) ?? null;
    return why === null ? [] : [{ kind: fault.kind, why }];
  });
}
