/** Estimates that a few odd points do not move. */

/** The median; NaN of nothing. Of an even number, the mean of the two in the middle. */
export function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The slope by repeated medians (Siegel 1982): the median, over all points, of the median slope to all other points. Nearly
 * half of the points may be anything, so two days off in seven do not turn it.
 */
export function repeatedMedianSlope(t: Float64Array, y: Float64Array): number {
  const n = t.length;
  const inner = new Float64Array(n - 1);
  const outer = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let next = 0;
    for (let j = 0; j < n; j++) if (j !== i) inner[next++] = (y[j]! - y[i]!) / (t[j]! - t[i]!);
    outer[i] = median(inner);
  }
  return median(outer);
}

/** Points this many robust standard deviations below the line are of a machine that did not work. */
const restDeviations = 4;
const deviationsPerMad = 1.4826;

/** The indexes of the points that are not far below a robust line through all: those of days at work. */
export function atWork(t: Float64Array, y: Float64Array): number[] {
  const slope = repeatedMedianSlope(t, y);
  const raw = y.map((value, i) => value - slope * t[i]!);
  const middle = median(raw);
  const spread = deviationsPerMad * median(raw.map((value) => Math.abs(value - middle)));
  const lowest = middle - restDeviations * spread - 1e-6 * Math.abs(middle);
  return [...raw.keys()].filter((i) => raw[i]! >= lowest);
}
