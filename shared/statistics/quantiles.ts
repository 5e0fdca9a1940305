import { coverage } from './wilson.ts';

/** Interpolates linearly between the sorted values, of which there must be one. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - low);
}

export interface Spread {
  median: number;
  /** The quartiles. */
  q25: number;
  q75: number;
  /** Between these the median lies with at least 95 % confidence; null where there are too few values to say it. */
  low: number | null;
  high: number | null;
  count: number;
}

/** Median and quartiles; null of no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = medianRank(sorted.length);
  return {
    median: quantile(sorted, 0.5),
    q25: quantile(sorted, 0.25),
    q75: quantile(sorted, 0.75),
    low: rank === null ? null : sorted[rank - 1]!,
    high: rank === null ? null : sorted[sorted.length - rank]!,
    count: sorted.length,
  };
}

/**
 * Which value from either end bounds the median, from 1; null of fewer than six. How many values lie below the median follows the
 * binomial distribution, whatever the values are (W. J. Conover, "Practical nonparametric statistics", 3rd edition, 1999,
 * section 3.2).
 */
function medianRank(count: number): number | null {
  let [each, below] = [-count * Math.LN2, 0];
  let rank: number | null = null;
  for (let k = 0; k < count / 2; k++) {
    below += Math.exp(each);
    if (below > (1 - coverage) / 2) break;
    rank = k + 1;
    each += Math.log((count - k) / (k + 1));
  }
  return rank;
}
