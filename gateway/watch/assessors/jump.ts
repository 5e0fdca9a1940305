/**
 * Jumps: a level that was left at once for another, which holds since, is not a trend. A line that is fitted to it rises, and goes
 * beyond the level that was reached: it would say that a life is over that nothing shortens any more.
 */

/** The two levels leave less than this of what the line leaves unexplained. */
const leftShare = 0.5;
/** Since the jump it rises by less than this of what the line says. */
const flatShare = 0.5;

/** Fewer rows show no slope. */
const slopeRows = 5;

/** True if `values` are one level and then another. @param slope of the line through them @param residual what that line leaves, squared */
export function isJump(values: Float64Array, slope: number, residual: number): boolean {
  const at = jumpOf(values, leftShare * residual);
  if (at === null) return false;
  const rows = values.length - at;
  return rows < slopeRows || slopeOf(values.subarray(at)) < flatShare * slope;
}

/** The row at which the two levels that leave least begin to differ; null if they leave more than `leftMax`, squared. */
function jumpOf(values: Float64Array, leftMax: number): number | null {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let total = 0;
  for (const value of values) total += (value - mean) ** 2;
  let best = 0;
  let at = 0;
  let before = 0;
  for (let row = 1; row < n; row++) {
    before += values[row - 1]! - mean;
    const explained = (before * before * n) / (row * (n - row));
    if (explained > best) {
      best = explained;
      at = row;
    }
  }
  return at > 0 && total - best < leftMax ? at : null;
}

function slopeOf(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  let covariance = 0;
  let spread = 0;
  values.forEach((value, row) => {
    covariance += (row - middle) * value;
    spread += (row - middle) ** 2;
  });
  return covariance / spread;
}
