import { reporterOf } from '../../../shared/contract/alert-content.ts';
import type { Row } from './waiting-table.ts';

/** The oldest row of the gateway that has most, so that a gateway's storm of alerts costs the others nothing. */
export function oldestOfLargest(rows: readonly Row[]): Row | undefined {
  const byGateway = new Map<string, Row[]>();
  for (const row of rows) {
    const gateway = reporterOf(row.notification.event.source);
    const others = byGateway.get(gateway);
    if (others) others.push(row);
    else byGateway.set(gateway, [row]);
  }
  let most: Row[] = [];
  for (const some of byGateway.values()) if (some.length > most.length) most = some;
  return most[0];
}

/** A retry that lies further ahead than this was planned before the clock was set back, and is due now. */
const plannedAheadMsMax = 3_600_000;

export function isDue(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs || atMs - nowMs > plannedAheadMsMax;
}
