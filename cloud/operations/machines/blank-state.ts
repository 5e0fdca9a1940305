import type { MachineRef } from '../../../shared/contract/events.ts';
import type { MachineState } from '../../ports/machines.ts';

/** Names the row of a machine. */
export function rowKey(gateway: string, ref: { site: string; machine: string }): string {
  return `${gateway}/${ref.site}/${ref.machine}`;
}

/** A machine of which nothing is known. */
export function blankState(gateway: string, ref: MachineRef): MachineState {
  return {
    gateway,
    ...ref,
    lastSeenMs: 0,
    health: null,
    anomaly: null,
    remainingLife: null,
    source: null,
    condition: 'running',
    openAlerts: 0,
  };
}
