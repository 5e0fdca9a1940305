/** The words for a cause that is over and whose end is not told yet, because it has come back before. */
import { timeText } from '../../../../shared/words/times.ts';
import { waitsReason } from '../reasons/damping-reasons.ts';
import type { Cause } from '../state/causes.ts';
import { holdMsOf } from '../state/damping.ts';
import type { Judged } from './judged.ts';

/** Null if the cause goes on, or is not damped; limits have words of their own. */
export function awayReasons({ machine, input, context }: Judged, { failureMode }: Cause): string[] | null {
  const damped = machine.damped.get(failureMode);
  if (!damped || damped.state.told === 0 || damped.state.wanted !== 0) return null;
  const { lowerSinceMs, returns } = damped.state;
  const holdMs = holdMsOf(damped.state, context.config.flapping);
  if (!Number.isFinite(lowerSinceMs) || holdMs === 0) return null;
  const at = (ms: number) => timeText(ms, input.timeMs);
  const endsMs = lowerSinceMs + holdMs;
  const away = `It is over since ${at(lowerSinceMs)}; ${waitsReason({ returns, endsMs }, input.timeMs)}`;
  return [away, ...(damped.waiting?.reasons ?? [])];
}
