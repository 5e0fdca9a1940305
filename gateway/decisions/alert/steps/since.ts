import type { Cause } from '../state/causes.ts';
import type { Judged } from './judged.ts';

/** Since when the causes of an alert that opens now have been so, by the times of readings; not later than the input. */
export function sinceOf({ machine, input }: Judged, causes: readonly Cause[]): number {
  const { timeMs, silence } = input;
  const times = causes.flatMap(({ kind, failureMode }): number[] => {
    const { openSinceMs } = machine.modes.get(failureMode) ?? {};
    if (kind === 'estimate') return openSinceMs === undefined ? [] : [openSinceMs];
    if (kind === 'limit') return machine.limits.met.map(({ sinceMs }) => sinceMs);
    if (kind === 'silence') return silence ? [silence.lastHeardMs] : [];
    if (kind === 'fault') {
      const tracks = [...(machine.faults.get(failureMode)?.tracks.values() ?? [])];
      return tracks.flatMap(({ damping, sinceMs }) => (damping.told > 0 ? [sinceMs] : []));
    }
    return [];
  });
  return Math.min(timeMs, ...times);
}
