/** The words for a cause that is over and whose end is not told yet, because it has come back before. */
import { silentFailureMode } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { timeText } from '../../../../shared/words/times.ts';
import { heardAgainReason, waitsReason } from '../reasons/damping-reasons.ts';
import type { Cause } from '../state/causes.ts';
import { holdMsOf, isWaiting } from '../state/damping.ts';
import type { MachineAlerts } from '../state/machine-book.ts';
import type { Judged } from './judged.ts';

/** Null if the cause goes on, or is not damped; limits have words of their own. */
export function awayReasons(
  { machine, input, context }: Judged,
  { failureMode, kind }: Cause,
): string[] | null {
  const damped = machine.damped.get(failureMode);
  if (!damped || damped.state.told === 0 || damped.state.wanted !== 0) return null;
  const { lowerSinceMs, returns } = damped.state;
  const holdMs = holdMsOf(damped.state, context.config.flapping);
  if (!Number.isFinite(lowerSinceMs) || holdMs === 0) return null;
  const at = (ms: number) => timeText(ms, input.timeMs);
  const endsMs = lowerSinceMs + holdMs;
  if (kind === 'silence') return [heardAgainReason({ sinceMs: lowerSinceMs, returns, endsMs }, input.timeMs)];
  const away = `It is over since ${at(lowerSinceMs)}; ${waitsReason({ returns, endsMs }, input.timeMs)}`;
  return [away, ...(damped.waiting?.reasons ?? [])];
}

/** True if what an estimate found is over, and only its end is not told yet. */
export function isEstimateAway({ damped }: MachineAlerts, { kind, failureMode }: Cause): boolean {
  const state = damped.get(failureMode)?.state;
  return kind === 'estimate' && state !== undefined && state.told > 0 && state.wanted === 0;
}

/** Since when a machine is heard again of which the silence is told on, because it has come back before; null if it is not. */
export function heardSinceMs(
  { damped }: MachineAlerts,
  causes: readonly Pick<Cause, 'kind'>[],
): number | null {
  const state = damped.get(silentFailureMode)?.state;
  if (!state || !isWaiting(state) || !causes.some(({ kind }) => kind === 'silence')) return null;
  return Number.isFinite(state.lowerSinceMs) ? state.lowerSinceMs : null;
}
