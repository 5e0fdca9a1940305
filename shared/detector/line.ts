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
  return withError(values, fitDirection(values));
}

/** The line without the standard error of its slope, which is the greater part of the work. */
export function fitDirection(values: Float32Array): Pick<Line, 'slope' | 'now'> {
  const n = values.length;
  const middle = (n - 1) / 2;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  const spread = (n * (n * n - 1)) / 12;
  let product = 0;
  for (let i = 0; i < n; i++) product += (i - middle) * (values[i]! - mean);
  const slope = product / spread;
  return { slope, now: mean + slope * middle };
}

/** Adds the standard error. @param line what `fitDirection` says of the values */
export function withError(values: Float32Array, { slope, now }: Pick<Line, 'slope' | 'now'>): Line {
  const n = values.length;
  const spread = (n * (n * n - 1)) / 12;
  let square = 0;
  let neighbours = 0;
  let before = 0;
  for (let i = 0; i < n; i++) {
    const residual = values[i]! - now - slope * (i - n + 1);
    square += residual * residual;
    neighbours += residual * before;
    before = residual;
  }
  const likeness = square > 0 ? Math.min(0.9, Math.max(0, neighbours / square)) : 0;
  const noise = square / Math.max(1, n - 2);
  const slopeStd = Math.sqrt((noise / spread) * ((1 + likeness) / (1 - likeness)));
  return { slope, slopeStd: Math.max(slopeStd, 1e-6), now };
}
