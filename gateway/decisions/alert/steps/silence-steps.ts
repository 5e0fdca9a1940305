/** Steps the silence of one machine by an input about it. */
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import type { AlertInput, SilenceState } from '../../../ports/decision.ts';
import { othersReasons, silenceReasons } from '../reasons/silence-reasons.ts';
import type { MachineAlerts } from '../state/machine-book.ts';
import { stepSilence } from '../state/silence-track.ts';
import type { Judged, SaidStep } from './judged.ts';

const silentFailureMode = 'silent';

/** True if an alert is raised when machines of this type are silent. */
export function isTold({ alerts, silentAfterMs }: MachineType): boolean {
  return silentAfterMs !== 0 && !alerts.some(({ failureMode }) => failureMode === silentFailureMode);
}

/** True as long as an input that says that the machine is heard can end, release or forget something. */
export function awaitsHearing({ silence, damped }: Pick<MachineAlerts, 'silence' | 'damped'>): boolean {
  return silence === 'told' || silence === 'held' || damped.has(silentFailureMode);
}

/** Applies the input to the machine's silence, which is the only cause that it steps. */
export function stepSilenceOf({ machine, input }: Judged, silence: SilenceState): SaidStep[] {
  const { track, change } = stepSilence(machine.silence, silence, isTold(input.machine.type));
  machine.silence = track;
  if (!change) return [];
  const cause = { failureMode: silentFailureMode, kind: 'silence', source: null } as const;
  const others = machine.alerts.filter((alert) => !alert.causes.some(({ kind }) => kind === 'silence'));
  const reasons = [...silenceReasons(change, input, silence), ...othersReasons(change, others)];
  return [{ cause, change, reasons }];
}

/** The words for a silence that goes on. */
export function currentSilenceReasons(input: AlertInput): string[] {
  const { silence } = input;
  return silence?.isSilent ? silenceReasons({ kind: 'opened', severity: 'warning' }, input, silence) : [];
}
