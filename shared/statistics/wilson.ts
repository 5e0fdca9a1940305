/**
 * Statistics (shared/statistics): shares and quantiles with their intervals, for everything that is counted and shown to
 * people. What is counted, and of what, is decided elsewhere.
 *
 * Here: the score interval for a share by E. B. Wilson, "Probable inference, the law of succession, and statistical
 * inference", Journal of the American Statistical Association 22 (1927), 209–212. Of the usual ones it is right also for
 * few cases and for shares near 0 and 1 (L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial
 * proportion", Statistical Science 16 (2001), 101–133).
 */

/** The part of all cases that intervals here hold, in the long run. */
export const coverage = 0.95;
/** The 97.5 % point of the normal distribution. */
const z = 1.959963984540054;

export interface Share {
  value: number;
  /** Between these it lies with 95 % confidence. */
  low: number;
  high: number;
  /** How many, out of how many. */
  count: number;
  of: number;
}

/** The share of `count` in `of` cases; null of no cases. */
export function shareOf(count: number, of: number): Share | null {
  if (of <= 0) return null;
  const value = count / of;
  const [middle, scale] = [value + (z * z) / (2 * of), 1 + (z * z) / of];
  const half = z * Math.sqrt((value * (1 - value)) / of + (z * z) / (4 * of * of));
  const [low, high] = [(middle - half) / scale, (middle + half) / scale];
  // Exactly 0 and 1 there, which rounding misses.
  return { value, low: count === 0 ? 0 : low, high: count === of ? 1 : high, count, of };
}

/** `90 %, 77 to 96 %`. */
export function intervalText({ value, low, high }: Share): string {
  const [said, from, to] = [value, low, high].map((each) => String(Math.round(each * 100)));
  return `${said} %, ${from} to ${to} %`;
}

/** `36 of 40 (90 %, 77 to 96 %)`. */
export function shareText(share: Share): string {
  return `${share.count} of ${share.of} (${intervalText(share)})`;
}
