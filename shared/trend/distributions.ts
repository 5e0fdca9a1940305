/** The distribution function of the standard normal (Abramowitz and Stegun 1964, 7.1.26: within 1.5e-7). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const u = 1 / (1 + 0.3275911 * x);
  const series =
    u * (0.254829592 + u * (-0.284496736 + u * (1.421413741 + u * (-1.453152027 + u * 1.061405429))));
  const upper = (series * Math.exp(-x * x)) / 2;
  return z > 0 ? 1 - upper : upper;
}

/** The normal deviate that Student's t with so many degrees of freedom is as unlikely as (A&S 26.7.8). */
export function normalOfT(t: number, freedom: number): number {
  if (!Number.isFinite(t)) return t;
  return (t * (1 - 1 / (4 * freedom))) / Math.sqrt(1 + (t * t) / (2 * freedom));
}

export function studentCdf(t: number, freedom: number): number {
  return normalCdf(normalOfT(t, freedom));
}
