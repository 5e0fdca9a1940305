import type { Holes } from './holes.ts';
import type { LimitedSensor, LimitPlan } from './limit-plan.ts';
import { away, met } from './limit-state.ts';
import type { PassedLimits } from './passed-limits.ts';

/** Fields of `MachineLimits`. */
interface Limits {
  readonly plan: LimitPlan;
  readonly calm: Uint8Array;
  readonly values: Float32Array;
  readonly states: Uint8Array;
  readonly metMs: Float64Array;
  readonly backMs: Float64Array;
  readonly holes: Holes;
  readonly passed: PassedLimits;
  hasMet: boolean;
}

/** Lets a sensor of these limits go on as it was in others. @param from its index there */
export function goOnAs(now: Limits, index: number, before: Limits, from: number): void {
  const { first, limits } = now.plan.sensors[index]!;
  const beforeFirst = before.plan.sensors[from]!.first;
  now.calm[index] = before.calm[from]!;
  now.values[index] = before.values[from]!;
  now.holes.sees(index, before.holes.lastMs(from));
  for (let i = 0; i < limits.length; i++) {
    now.states[first + i] = before.states[beforeFirst + i]!;
    now.metMs[first + i] = before.metMs[beforeFirst + i]!;
    now.backMs[first + i] = before.backMs[beforeFirst + i]!;
  }
}

/** Decides by the latest value of a sensor whose limits are others than before. @param metMs what `metSince` says of the limits before */
export function decideNow(
  now: Limits,
  index: number,
  metMs: number | null,
  value: number,
  timeMs: number,
): void {
  const { compared, first } = now.plan.sensors[index]!;
  now.values[index] = value;
  if (Number.isNaN(value)) return;
  now.holes.sees(index, timeMs);
  const wasMet = metMs !== null && metMs < Number.POSITIVE_INFINITY;
  let isCalm = 1;
  compared.forEach(({ side, at, backAt }, i) => {
    const limit = first + i;
    const isMet = side === 'high' ? value >= at : value <= at;
    const isBack = side === 'high' ? value <= backAt : value >= backAt;
    if (isMet) now.metMs[limit] = wasMet ? metMs : timeMs;
    // Nobody knows yet what was told before a restart: what is beyond stays as it was told.
    if (isMet && wasMet) now.states[limit] = met;
    else if (isBack || metMs !== null) now.states[limit] = away;
    if (now.states[limit] !== away || isMet) isCalm = 0;
  });
  now.hasMet ||= isCalm === 0 && wasMet;
  now.calm[index] = isCalm;
}

/**
 * Ends what is known of a sensor at its last value before a hole. What is met, and nobody has heard of, was over by then as far as is known; what was about
 * to be met begins anew. What people were told of goes on until its value is back.
 */
export function endAtHole(
  { states, metMs, backMs, passed }: Limits,
  { name, limits, first }: LimitedSensor,
  lastMs: number,
): boolean {
  let hasEnded = false;
  limits.forEach((declared, i) => {
    const limit = first + i;
    const untilMs = Number.isNaN(backMs[limit]!) ? lastMs : backMs[limit]!;
    if (states[limit] === met && !passed.isUnheard(limit, declared, name, metMs[limit]!, untilMs)) return;
    if (states[limit] === met) {
      passed.ends(limit, declared, name, metMs[limit]!, untilMs);
      states[limit] = away;
      backMs[limit] = Number.NaN;
      hasEnded = true;
    }
    metMs[limit] = Number.NaN;
  });
  return hasEnded;
}
