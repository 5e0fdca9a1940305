/** Formulates for technicians that a machine is silent, and since when. */
import { unsureText, whatOf } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { durationText, timeText } from '../../../../shared/words/times.ts';
import type { AlertInput, SilenceState } from '../../../ports/decision.ts';
import type { Change } from '../state/alert-state.ts';

export function silenceReasons(change: Change, { timeMs }: AlertInput, silence: SilenceState): string[] {
  const { isSilent, isOffline, isByWord, lastHeardMs, allowedMs, isAtUsualHours } = silence;
  if (change.kind === 'resolved') {
    if (isSilent) return ['Its silence is no longer watched for'];
    return [isByWord ? 'Its device says that it is online; no reading has come yet' : 'Readings come again'];
  }
  const last = `No reading since ${timeText(lastHeardMs, timeMs)}, for ${durationText(timeMs - lastHeardMs)}`;
  if (isOffline) return ['Its device says that it is offline', last];
  const when = isAtUsualHours ? 'at this time of the week ' : '';
  const expected =
    allowedMs === null ? '' : `; ${when}one is expected at least every ${durationText(allowedMs)}`;
  return [`${last}${expected}`];
}

/** The words for the other alerts of a machine that has become silent. */
export function unsureReason({ timeMs }: AlertInput, { lastHeardMs }: SilenceState): string {
  return unsureText(timeText(lastHeardMs, timeMs));
}

/** The words for what else is open about the machine: nobody is told of each of these that it is not known, or known again. */
export function othersReasons(
  change: Pick<Change, 'kind'>,
  others: readonly { failureMode: string }[],
): string[] {
  if (others.length === 0) return [];
  const named = others.map(({ failureMode }) => whatOf(failureMode)).join(', ');
  return [
    change.kind === 'resolved' ? `Still open: ${named}` : `Whether this still holds is not known: ${named}`,
  ];
}
