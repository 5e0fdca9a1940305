import type { Detector } from '../../../shared/detector/detector.ts';

export interface AnomalyScore {
  /** 0 … 1; below 0.5 while the machine behaves normally, and 0 until enough is known. */
  score: number;
  /** Per sensor, ≥ 0: its contribution to the score. */
  deviations: Float64Array;
}

/** The score of what is as rare as so many decades. @param half decades at which it is 0.5 */
export const rarityScore = (decades: number, half: number): number => 1 - 2 ** (-decades / half);

export function largest(values: Float64Array): number {
  let found = Number.NEGATIVE_INFINITY;
  for (const value of values) if (!(value <= found)) found = value;
  return found;
}

/** Ratio of distance to limit at which a state scores 0.5; it is higher if events determine the score. */
const ratioHalf = { state: 1.9, events: 2.2 };
/** Rarity in decades at which an event, or a constant sensor, scores 0.5. */
export const decadesHalf = { event: 4, still: 5 };

/**
 * The highest of the distance from the baseline, of a recent onset, and of constant sensors. @param onset contributions to the event
 * that began last; null if none did
 */
export function scoreOf(
  detector: Detector,
  judges: 'state' | 'events',
  onset: Float64Array | null,
): AnomalyScore {
  const square = detector.ratio ** 2;
  const state = square / (square + ratioHalf[judges] ** 2);
  const event = judges === 'events' ? rarityScore(detector.recentDecades, decadesHalf.event) : 0;
  const stillness = detector.stillness(new Float64Array(detector.sensors));
  const still = rarityScore(largest(stillness), decadesHalf.still);
  const score = Math.max(state, event, still);
  if (score === still) return { score, deviations: stillness };
  if (score === event && onset) return { score, deviations: onset.slice() };
  return { score, deviations: detector.contributions(new Float64Array(detector.sensors)) };
}
