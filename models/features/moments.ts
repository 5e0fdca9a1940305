/** Mean and spread of numbers that come one by one (Welford, 1962). */
export interface Moments {
  count: number;
  mean: number;
  squares: number;
}

/** What moves less than this (of its mean) only moves by rounding. */
export const relativeStdMin = 1e-5;

export function noMoments(): Moments {
  return { count: 0, mean: 0, squares: 0 };
}

export function include(moments: Moments, value: number): void {
  const delta = value - moments.mean;
  moments.mean += delta / ++moments.count;
  moments.squares += delta * (value - moments.mean);
}

/** Never 0: it is divided by. */
export function stdOf({ count, mean, squares }: Moments): number {
  return Math.max(Math.sqrt(squares / Math.max(1, count)), relativeStdMin * Math.abs(mean), 1e-6);
}

/** As many digits as a manifest needs. */
export function shortened(value: number): number {
  return Number(value.toPrecision(9));
}
