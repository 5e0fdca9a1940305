import type { LimitState } from '../../ports/decision.ts';
import type { LimitedSensor } from './limit-plan.ts';

/** The states of a limit. */
export const unknown = 0;
export const away = 1;
export const met = 2;

/** By limit: its state, since when it is (or is about to be) met, and since when it is back; NaN if it is not. */
interface LimitStates {
  readonly states: Uint8Array;
  readonly metMs: Float64Array;
  readonly backMs: Float64Array;
}

/**
 * Returns what a decision hears of the limits of a sensor; null if they are away, and none is about to be met. Of several in one state it is the
 * first one, or the last critical one.
 */
export function limitStateOf(
  { name: sensor, limits, first }: LimitedSensor,
  { states, metMs, backMs }: LimitStates,
  latest: number,
): LimitState | null {
  // A loop, because each decision about a machine of which little is known yet asks this of all of its sensors.
  let [isMet, mayBe, isAbout] = [-1, -1, -1];
  for (let i = 0; i < limits.length; i++) {
    const state = states[first + i]!;
    const isWorst = limits[i]!.severity === 'critical';
    if (state === met) {
      if (isMet < 0 || isWorst) isMet = i;
    } else if (state === unknown) {
      if (mayBe < 0 || isWorst) mayBe = i;
    } else if (!Number.isNaN(metMs[first + i]!) && Number.isNaN(backMs[first + i]!)) {
      if (isAbout < 0 || isWorst) isAbout = i;
    }
  }
  if (isMet < 0 && mayBe < 0 && isAbout < 0) return null;
  const found: LimitState = {
    sensor,
    // Without the digits that a 32-bit float does not have.
    value: Number.isNaN(latest) ? null : Number(latest.toPrecision(7)),
    met: null,
    mayBe: mayBe < 0 ? null : limits[mayBe]!,
  };
  if (isMet >= 0) {
    const back = backMs[first + isMet]!;
    found.met = {
      ...limits[isMet]!,
      sinceMs: metMs[first + isMet]!,
      ...(!Number.isNaN(back) && { backMs: back }),
    };
  }
  if (isAbout >= 0) found.about = { ...limits[isAbout]!, sinceMs: metMs[first + isAbout]! };
  return found;
}

/** Since when a limit of a sensor is met; Infinity if none is, null if nothing is known yet. */
export function metSince(sensor: LimitedSensor | undefined, { states, metMs }: LimitStates): number | null {
  if (!sensor) return Number.POSITIVE_INFINITY;
  let sinceMs = Number.POSITIVE_INFINITY;
  let isUnknown = false;
  for (let limit = sensor.first; limit < sensor.first + sensor.limits.length; limit++) {
    if (states[limit] === met) sinceMs = Math.min(sinceMs, metMs[limit]!);
    if (states[limit] === unknown) isUnknown = true;
  }
  return isUnknown && sinceMs === Number.POSITIVE_INFINITY ? null : sinceMs;
}

/**
 * Since when a limit that is not met yet would be beyond without a break: time that it was back is taken off, so that a machine whose
 * strokes are beyond for most of the time meets it too. NaN if nothing is left.
 */
export function leftMs(sinceMs: number, backMs: number, timeMs: number): number {
  if (!(backMs <= timeMs)) return sinceMs;
  const left = sinceMs + 2 * (timeMs - backMs);
  return left < timeMs ? left : Number.NaN;
}
