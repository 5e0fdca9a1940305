/** A straight line through evenly spaced values. */
export interface Line {
  /** Slope per step, and its standard error, which allows for autocorrelated residuals. */
  slope: number;
  slopeStd: number;
  /** Value of the line at the newest point. */
  now: number;
}

/** Fits a line by least squares. */
export function fitLine(values: Float32Array): Line {
  const n = values.length;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = (n * (n * n - 1)) / 12;
  const slope = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  let square = 0;
  let neighbours = 0;
  let before = 0;
  values.forEach((value, i) => {
    const residual = value - mean - slope * (i - middle);
    square += residual * residual;
    neighbours += residual * before;
    before = residual;
  });
  const likeness = square > 0 ? Math.min(0.9, Math.max(0, neighbours / square)) : 0;
  const noise = square / Math.max(1, n - 2);
  const slopeStd = Math.sqrt((noise / spread) * ((1 + likeness) / (1 - likeness)));
  return { slope, slopeStd: Math.max(slopeStd, 1e-6), now: mean + slope * middle };
}
