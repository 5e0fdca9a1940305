/**
 * The silence of one machine as a cause of an alert: pure, so that it can be tested by properties. When a machine is silent
 * is found in gateway/watch/silence; inputs say whether it is, also if nothing has changed.
 *
 *     heard ──── silent ───▶ told ──── heard ───▶ heard
 *
 *     replaced while it is silent:  held ──────────────────────────── heard ───▶ heard
 *     failed:                       failed ──── silent ───▶ held ──── heard ───▶ heard
 *
 * A machine that failed usually stops, of which nobody need be told. When it is heard again after that, it was repaired.
 */
import type { SilenceState } from '../../../ports/decision.ts';
import type { Change } from './alert-state.ts';

export type SilenceTrack = 'heard' | 'told' | 'held' | 'failed';

/** Applies one input. @param isTold false: a machine of this type, or in this state, raises no alert by its silence */
export function stepSilence(
  before: SilenceTrack,
  { isSilent }: Pick<SilenceState, 'isSilent'>,
  isTold: boolean,
): { track: SilenceTrack; change: Change | null } {
  const resolved: Change = { kind: 'resolved', severity: 'warning' };
  if (before === 'told' && !(isSilent && isTold)) return { track: 'heard', change: resolved };
  if (!isSilent) return { track: before === 'failed' ? before : 'heard', change: null };
  if (before === 'failed') return { track: 'held', change: null };
  if (before !== 'heard' || !isTold) return { track: before, change: null };
  return { track: 'told', change: { kind: 'opened', severity: 'warning' } };
}

/** The track after its machine failed or was replaced. */
export function endedSilence(before: SilenceTrack, state: 'failed' | 'replaced' | 'retired'): SilenceTrack {
  const isSilent = before === 'told' || before === 'held';
  if (isSilent) return 'held';
  return state === 'failed' ? 'failed' : 'heard';
}
