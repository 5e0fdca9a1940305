/**
 * Faults (test/chaos/faults): a file for each target, and here the list from which rounds are dealt. A fault ends what
 * it began, and says what the checks must permit because of it (fault.ts). Where and when it strikes is drawn, never
 * chosen here.
 */
import { deal } from '../draw/deal.ts';
import { Draw } from '../draw/draw.ts';
import type { Site } from '../site/site.ts';
import { clockFaults } from './clock.ts';
import { backupFaults } from './damage/backups.ts';
import { databaseFaults } from './damage/databases.ts';
import { journalFaults } from './damage/journal.ts';
import { putBackFaults } from './damage/put-back.ts';
import { refusedStarts } from './damage/refused-starts.ts';
import { removalFaults } from './damage/removed.ts';
import { stateFaults } from './damage/state.ts';
import { decommissioningFaults } from './decommissioning.ts';
import { deviceFaults } from './devices/devices.ts';
import { diskFaults } from './disk.ts';
import { duplicateGatewayFaults } from './duplicate-gateway.ts';
import type { Fault, Plan } from './fault.ts';
import { floodFaults } from './floods/floods.ts';
import { linkFaults } from './link.ts';
import { pauseFaults } from './processes/pauses.ts';
import { processFaults } from './processes/processes.ts';
import { sensorFaults } from './sensors.ts';
import { sessionFaults } from './sessions.ts';
import { retentionFaults } from './stores/retention.ts';
import { storeFaults } from './stores/stores.ts';

export const faults: readonly Fault[] = [
  ...processFaults,
  ...pauseFaults,
  ...linkFaults,
  ...storeFaults,
  ...diskFaults,
  ...journalFaults,
  ...putBackFaults,
  ...backupFaults,
  ...removalFaults,
  ...stateFaults,
  ...databaseFaults,
  ...sessionFaults,
  ...clockFaults,
  ...sensorFaults,
  ...deviceFaults,
  ...duplicateGatewayFaults,
  ...floodFaults,
  ...retentionFaults,
  ...decommissioningFaults,
  ...refusedStarts,
];

export interface PlannedFault {
  fault: Fault;
  plan: Plan;
  /** Time after the start of the load. */
  atMs: number;
}

const beginMsMax = 4_000;

/** Draws one to three faults with different targets. `only`: the kinds to draw from; all if empty. */
export function drawFaults(seed: number, round: number, site: Site, only: readonly string[]): PlannedFault[] {
  const draw = Draw.forRound(seed, round);
  const possible = faults.filter(
    (fault) => (only.length === 0 || only.includes(fault.kind)) && !fault.unavailable?.(site),
  );
  return deal(seed, possible, round)
    .map((fault) => ({ fault, plan: fault.plan(draw, site), atMs: draw.int(500, beginMsMax) }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** Kinds of fault that are not possible at this site, with the reasons. */
export function skipped(site: Site): { kind: string; why: string }[] {
  return faults.flatMap((fault) => {
    const why = fault.unavailable?.(site) ?? null;
    return why === null ? [] : [{ kind: fault.kind, why }];
  });
}
