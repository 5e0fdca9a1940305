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

/** Returns what a decision hears of the limits of a sensor; null if they are away, and none is about to be met. */
export function limitStateOf(
  { name: sensor, limits, first }: LimitedSensor,
  { states, metMs, backMs }: LimitStates,
  latest: number,
): LimitState | null {
  const worst = (isOne: (limit: number) => boolean): number =>
    limits.reduce(
      (found, { severity }, i) => (isOne(first + i) && (found < 0 || severity === 'critical') ? i : found),
      -1,
    );
  const isMet = worst((limit) => states[limit] === met);
  const mayBe = worst((limit) => states[limit] === unknown);
  const isPending = (limit: number) => !Number.isNaN(metMs[limit]!) && Number.isNaN(backMs[limit]!);
  const isAbout = worst((limit) => states[limit] === away && isPending(limit));
  if (isMet < 0 && mayBe < 0 && isAbout < 0) return null;
  const back = backMs[first + isMet]!;
  return {
    sensor,
    // Without the digits that a 32-bit float does not have.
    value: Number.isNaN(latest) ? null : Number(latest.toPrecision(7)),
    met:
      isMet < 0
        ? null
        : {
            ...limits[isMet]!,
            sinceMs: metMs[first + isMet]!,
            ...(!Number.isNaN(back) && { backMs: back }),
          },
    mayBe: mayBe < 0 ? null : limits[mayBe]!,
    ...(isAbout >= 0 && { about: { ...limits[isAbout]!, sinceMs: metMs[first + isAbout]! } }),
  };
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
