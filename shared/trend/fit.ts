/**
 * Fits a level and one shape to points whose noise may remember: generalised least squares with a first-order
 * autoregression, whose coefficient is corrected for its bias and taken as 1 (a random walk) when it is near (Perron and Yabu
 * 2009, "Estimating deterministic trends with an integrated or stationary noise component"; Roy and Fuller 2001). So the
 * error of a slope is honest whether the noise is white, drifts, or wanders.
 */

/** Coefficients of a fit to fewer points than this say nothing. */
const freedomMin = 3;

export interface Fit {
  /** Slope of the shape; 0 if there is none. */
  slope: number;
  slopeError: number;
  /** The level at time 0, and its covariance with the slope. */
  level: number;
  levelVariance: number;
  covariance: number;
  /** Sum of the squared, whitened residuals, and the number of them. */
  squares: number;
  points: number;
  freedom: number;
  /** The variance of what is new in the noise at each point, and how much of the noise the next point keeps. */
  variance: number;
  memory: number;
}

/** Ordinary least squares with a level and a shape. Returns the residuals. */
export function residualsOf(shape: Float64Array, y: Float64Array): Float64Array {
  const n = y.length;
  let [meanShape, meanY] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanShape += shape[i]! / n;
    meanY += y[i]! / n;
  }
  let [cross, square] = [0, 0];
  for (let i = 0; i < n; i++) {
    cross += (shape[i]! - meanShape) * (y[i]! - meanY);
    square += (shape[i]! - meanShape) ** 2;
  }
  const slope = square > 0 ? cross / square : 0;
  return y.map((value, i) => value - meanY - slope * (shape[i]! - meanShape));
}

export function squaresOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/**
 * How much of a point's residual the next one keeps, 0 … 1, from the residuals of the best of many fits. Residuals forget
 * more than the noise does, the more so the more could be fitted; the correction is what makes random walks pass for what
 * they are in trend.test.ts.
 */
export function memoryOf(residuals: Float64Array): number {
  const n = residuals.length;
  let [cross, square] = [0, 0];
  for (let i = 1; i < n; i++) {
    cross += residuals[i]! * residuals[i - 1]!;
    square += residuals[i - 1]! ** 2;
  }
  if (square === 0) return 0;
  const raw = cross / square;
  const corrected = raw + (4 + 7 * raw) / n;
  return corrected > 1 - n ** -0.5 ? 1 : Math.max(0, corrected);
}

/** @param shape one value per point, 0 at time 0; null fits a level alone @param memory of the noise, 0 … 1 */
export function fitShape(shape: Float64Array | null, y: Float64Array, memory: number): Fit | null {
  const n = y.length;
  return memory === 1 ? fitWandering(shape, y, n) : fitSteady(shape, y, n, memory);
}

/** The noise is a random walk: steps are fitted, and the level is the newest point. */
function fitWandering(shape: Float64Array | null, y: Float64Array, n: number): Fit | null {
  let [cross, square] = [0, 0];
  for (let i = 1; shape && i < n; i++) {
    const step = shape[i]! - shape[i - 1]!;
    cross += step * (y[i]! - y[i - 1]!);
    square += step * step;
  }
  if (shape && square === 0) return null;
  const slope = shape ? cross / square : 0;
  let squares = 0;
  for (let i = 1; i < n; i++) {
    const step = shape ? shape[i]! - shape[i - 1]! : 0;
    squares += (y[i]! - y[i - 1]! - slope * step) ** 2;
  }
  const freedom = n - 1 - (shape ? 1 : 0);
  if (freedom < freedomMin) return null;
  const variance = squares / freedom;
  const last = shape ? shape[n - 1]! : 0;
  const slopeVariance = shape ? variance / square : 0;
  return {
    slope,
    slopeError: Math.sqrt(slopeVariance),
    level: y[n - 1]! - slope * last,
    levelVariance: last * last * slopeVariance,
    covariance: -last * slopeVariance,
    ...{ squares, points: n - 1, freedom, variance, memory: 1 },
  };
}

function fitSteady(shape: Float64Array | null, y: Float64Array, n: number, memory: number): Fit | null {
  const first = Math.sqrt(1 - memory * memory);
  let [aa, ag, gg, ay, gy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const one = i === 0 ? first : 1 - memory;
    const g = !shape ? 0 : i === 0 ? first * shape[0]! : shape[i]! - memory * shape[i - 1]!;
    const v = i === 0 ? first * y[0]! : y[i]! - memory * y[i - 1]!;
    aa += one * one;
    ag += one * g;
    gg += g * g;
    ay += one * v;
    gy += g * v;
    yy += v * v;
  }
  const freedom = n - (shape ? 2 : 1);
  if (freedom < freedomMin) return null;
  if (!shape) {
    const level = ay / aa;
    const squares = Math.max(0, yy - level * ay);
    const variance = squares / freedom;
    const none = { slope: 0, slopeError: 0, covariance: 0 };
    return { ...none, level, levelVariance: variance / aa, squares, points: n, freedom, variance, memory };
  }
  const determinant = aa * gg - ag * ag;
  if (!(determinant > 1e-12 * aa * gg)) return null;
  const level = (gg * ay - ag * gy) / determinant;
  const slope = (aa * gy - ag * ay) / determinant;
  const squares = Math.max(0, yy - level * ay - slope * gy);
  const variance = squares / freedom;
  return {
    slope,
    slopeError: Math.sqrt((variance * aa) / determinant),
    level,
    levelVariance: (variance * gg) / determinant,
    covariance: (-variance * ag) / determinant,
    ...{ squares, points: n, freedom, variance, memory },
  };
}

/** The variance by which the level will have wandered after so many points: none if the noise remembers nothing. */
export function wanderAfter({ variance, memory }: Fit, points: number): number {
  if (memory === 1) return variance * points;
  const kept = memory * memory;
  return (variance * kept * (1 - kept ** points)) / (1 - kept);
}
