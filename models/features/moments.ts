/** Running mean and sum of squared deviations (Welford, 1962). */
export interface Moments {
  count: number;
  mean: number;
  squares: number;
}

/** A smaller relative standard deviation than this is rounding error. */
export const relativeStdMin = 1e-5;

export function noMoments(): Moments {
  return { count: 0, mean: 0, squares: 0 };
}

export function include(moments: Moments, value: number): void {
  const delta = value - moments.mean;
  moments.mean += delta / ++moments.count;
  moments.squares += delta * (value - moments.mean);
}

/** Standard deviation; never 0, because callers divide by it. */
export function stdOf({ count, mean, squares }: Moments): number {
  return Math.max(Math.sqrt(squares / Math.max(1, count)), relativeStdMin * Math.abs(mean), 1e-6);
}

/** Rounds to the nine significant digits that a manifest keeps. */
export function shortened(value: number): number {
  return Number(value.toPrecision(9));
}
