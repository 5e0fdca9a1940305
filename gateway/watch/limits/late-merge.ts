import { met } from './limit-state.ts';
import type { MachineLimits } from './machine-limits.ts';

/**
 * Adds to the limits of now what late readings alone have shown, judged apart: what passed, and what was met at the last of them. That
 * goes on if it is met now, or about to be, and was so from the first reading after them on, without a hole between; else it ended, and nobody saw when.
 * @param toMs the first reading after the gap of which they are @param latestMs the last of them @param isSoon there was no gap
 */
export function mergeLate(
  now: MachineLimits,
  judged: MachineLimits,
  toMs: number,
  latestMs: number,
  isSoon: boolean,
): MachineLimits {
  judged.plan.sensors.forEach(({ name, first, limits }, index) => {
    const isNear = isSoon || toMs - latestMs <= judged.holes.usualMs(judged.plan.column[index]!);
    for (let limit = first; limit < first + limits.length; limit++) {
      if (judged.states[limit] !== met) continue;
      const sinceMs = judged.metMs[limit]!;
      const isBeyond = now.states[limit] === met || Number.isNaN(now.backMs[limit]!);
      const goesOn = isBeyond && isNear && now.metMs[limit]! <= toMs;
      if (goesOn && sinceMs < now.metMs[limit]!) beginBefore(now, limit, sinceMs);
      // It was back at the last of them, if not for long enough to have ended by them alone.
      const backMs = judged.backMs[limit]!;
      const untilMs = Number.isNaN(backMs) ? latestMs : backMs;
      if (!goesOn) judged.passed.ends(limit, limits[limit - first]!, name, sinceMs, untilMs);
    }
  });
  now.passed.add(judged.passed.take());
  now.isNews ||= now.passed.has;
  return now;
}

/** A limit that its value is beyond now is met, since before its first reading of now. */
function beginBefore(now: MachineLimits, limit: number, sinceMs: number): void {
  if (now.states[limit] !== met) now.passed.begins(limit, true);
  now.states[limit] = met;
  now.metMs[limit] = sinceMs;
  now.hasMet = true;
  now.isNews = true;
}

/** Limits that were judged by the same readings as those of now, in their order, take their place. */
export function inPlaceOf(now: MachineLimits, judged: MachineLimits): MachineLimits {
  const isOther = (limit: number) =>
    judged.states[limit] !== now.states[limit] ||
    (judged.states[limit] === met && judged.metMs[limit] !== now.metMs[limit]);
  judged.isNews = now.isNews || judged.passed.has || judged.states.some((_, limit) => isOther(limit));
  judged.hasMet ||= now.hasMet;
  judged.atRest = now.atRest;
  return judged;
}
