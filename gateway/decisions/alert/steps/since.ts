import type { Cause } from '../state/causes.ts';
import type { MetLimit } from '../state/limit-track.ts';
import type { OpenPrediction } from '../state/snapshot.ts';
import type { Judged } from './judged.ts';

/** Since when the causes of an alert that opens now have been so, by the times of readings; not later than the input. */
export function sinceOf(judged: Judged, causes: readonly Cause[]): number {
  const { machine, input } = judged;
  const { timeMs, silence } = input;
  const times = causes.flatMap(({ kind, failureMode }): number[] => {
    const { openSinceMs } = machine.modes.get(failureMode) ?? {};
    if (kind === 'estimate')
      return [...(openSinceMs === undefined ? [] : [openSinceMs]), ...beyondSince(judged, failureMode)];
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

/**
 * Since when an open alert has been so, as far as is known now: readings that came after it was told may show that its limits were met
 * earlier, as where a device sends the newest first of what it has kept.
 */
export function knownSinceOf(
  { openedAtMs, sinceMs = openedAtMs }: Pick<OpenPrediction, 'openedAtMs' | 'sinceMs'>,
  met: readonly MetLimit[],
): number {
  return Math.min(sinceMs, ...met.map((limit) => limit.sinceMs));
}

/** Since when sensors are beyond their usual ranges, which is judged only once it has lasted. */
function beyondSince({ input: { beyond = [], machine } }: Judged, failureMode: string): number[] {
  const policy = machine.type.alerts.find((each) => each.failureMode === failureMode);
  return policy?.on === 'anomaly' ? beyond.flatMap(({ sinceMs }) => sinceMs ?? []) : [];
}
