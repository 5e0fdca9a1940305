import { deal } from './deal.ts';
import { Draw } from './draw.ts';
import type { Fault, Plan } from './fault.ts';
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
export function drawFaults(seed: number, round: number, site: Site, only: readonly string[]): PlannedFault[] {
  const draw = Draw.forRound(seed, round);
  const possible = faults.filter(
    (fault) => (only.length === 0 || only.includes(fault.kind)) && !fault.unavailable?.(site),
  );
  return deal(seed, possible, round)
    .map((fault) => ({ fault, plan: fault.plan(draw, site), atMs: draw.int(500, beginMsMax) }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** What cannot be done to this site, and why. */
export function skipped(site: Site): { kind: string; why: string }[] {
  return faults.flatMap((fault) => {
    const why = fault.unavailable?.(site) ?? null;
    return why === null ? [] : [{ kind: fault.kind, why }];
  });
}
