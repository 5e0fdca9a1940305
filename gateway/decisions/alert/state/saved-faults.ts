/** How the faults of a machine's sensors are kept over restarts. */
import { type Damping, levelOf, undamped } from './damping.ts';
import {
  type FaultHold,
  type FaultState,
  type FaultTrack,
  noFaults,
  toldFault,
} from './faults/fault-track.ts';
import {
  faultsFailureMode,
  type Held,
  type OpenPrediction,
  type SavedCause,
  type SavedDamping,
} from './snapshot.ts';

/** The faults of an alert that was open, or closed by hand while they went on. */
export function openFaults(prediction: OpenPrediction, { severity }: SavedCause, nowMs: number): FaultState {
  const { assessment, sinceMs = prediction.openedAtMs } = prediction;
  const tracks = assessment.contributions.map(
    ({ sensor, value }) => [sensor, toldFault(levelOf(severity), sinceMs, value)] as const,
  );
  const said = new Set(tracks.map(([sensor]) => sensor));
  return { tracks: new Map(tracks), isOpen: true, said, saidMs: nowMs };
}

/** Restores how a sensor was damped, in a mode whose open alert is restored. @param damping how often it returned, and when it fell */
export function restoreFault(
  faults: Map<string, FaultState>,
  { failureMode, sensor, lower }: SavedDamping,
  damping: Damping,
): void {
  const state = faults.get(failureMode) ?? noFaults();
  // Earlier versions knew one damping for all sensors of a mode.
  const sensors = sensor === undefined ? [...state.tracks.keys()] : [sensor];
  for (const name of sensors) state.tracks.set(name, restored(state, name, damping, lower));
  if (state.tracks.size > 0) faults.set(failureMode, state);
}

function restored(
  { tracks, isOpen }: FaultState,
  sensor: string,
  damping: Damping,
  lower: SavedDamping['lower'],
): FaultTrack {
  const known = tracks.get(sensor);
  // A mode has one level: what waits waits for its end.
  const isWaiting = isOpen && lower !== undefined;
  const told = known?.damping.told ?? ([...tracks.values()][0]?.damping.told || 1);
  const track = known ?? toldFault(told, damping.fellMs, null);
  if (isWaiting) {
    const { sinceMs: lowerSinceMs, lookedMs } = lower;
    return { ...track, isIll: false, damping: { ...damping, told, wanted: 0, lowerSinceMs, lookedMs } };
  }
  return known
    ? { ...known, damping: { ...damping, told, wanted: told, fellMs: undamped.fellMs } }
    : { ...track, isIll: false, damping };
}

/** The hold of faults as it is saved. */
export function heldFaults(of: { site: string; machine: string }, hold: FaultHold): Held {
  return { ...of, failureMode: faultsFailureMode, ...hold, sensors: [...hold.sensors] };
}
