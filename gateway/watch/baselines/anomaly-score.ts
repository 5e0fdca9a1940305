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
