/** Formulates how what comes and goes is damped: how often it has come back, and when its end counts. */
import { durationText, timeText } from '../../../../shared/words/times.ts';

const timesOf = (returns: number) => (returns === 1 ? 'once' : `${returns} times`);

/** Said when it has come back. @param what the subject of the sentence, e.g. `vibration` or `It` */
export function returnReason(what: string, { returns, holdMs }: { returns: number; holdMs: number }): string {
  return `${what} has come back ${timesOf(returns)} soon after it had ended; from now on it counts as ended after ${durationText(holdMs)} without it`;
}

/** Said while its end waits: how often it has come back, and when its end counts. */
export function waitsReason({ returns, endsMs }: { returns: number; endsMs: number }, nowMs: number): string {
  return `as it has come back ${timesOf(returns)} before, it counts as ended at ${timeText(endsMs, nowMs)} if it stays away`;
}

/** Said of a silence that is over while its end waits. */
export function heardAgainReason(
  { sinceMs, returns, endsMs }: { sinceMs: number; returns: number; endsMs: number },
  nowMs: number,
): string {
  const at = (ms: number) => timeText(ms, nowMs);
  return `It is heard again since ${at(sinceMs)}; as its silence has come back ${timesOf(returns)} before, this alert ends at ${at(endsMs)} if it stays heard`;
}
