/**
 * The assessment without a model: how far each sensor with limits has come from warning to alarm, and when its trend
 * will reach the alarm. Severity runs through 0.5 at the warning limit and 1 at the alarm limit, in a straight line.
 */
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';

/** The level is the median of this many newest rows: a single odd reading changes nothing. */
const levelRows = 5;
/** Below this severity a trend is noise on a healthy machine. */
const trendFromSeverity = 0.3;
/** A trend is one if its slope is at least this many standard errors above 0. */
const trendStdErrorsMin = 2.5;
/** An extrapolation further than so many windows ahead is not worth stating. */
const horizonWindows = 5;
/** Half width of an 80 % interval in standard errors. */
const intervalStdErrors = 1.28;

export interface RuleFinding {
  /** Per sensor, 0 … 1; 0 for sensors without limits. */
  severities: Float64Array;
  /** 0 … 1; the worst severity, a little more if others are bad too. */
  severity: number;
  /** In rows; null where there is no trend. */
  remaining: { p10: number; p50: number; p90: number } | null;
  /** How sure the trend is, in standard errors; infinite at the alarm limit. */
  trendStdErrors: number;
}

interface Trend {
  slope: number;
  stdError: number;
  /** The fitted line's value at the newest row. */
  now: number;
}

export function hasLimits(type: MachineType): boolean {
  return type.sensors.some((sensor) => sensor.warn !== undefined);
}

/** One sensor's severity, not clipped, at each row from `firstRow` on. */
function severitiesOf(
  { warn, alarm }: Sensor,
  index: number,
  window: Float32Array,
  rows: number,
  firstRow: number,
): Float64Array {
  const columns = window.length / rows;
  const slope = 0.5 / (alarm! - warn!);
  const values = new Float64Array(rows - firstRow);
  for (let row = firstRow; row < rows; row++) {
    values[row - firstRow] = 0.5 + slope * (window[row * columns + index]! - warn!);
  }
  return values;
}

/** NaN if any value is. */
function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  return Number.isNaN(sorted.at(-1)) ? Number.NaN : sorted[sorted.length >> 1]!;
}

/** Least squares over the rows. */
function trendOf(values: Float64Array): Trend {
  const n = values.length;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let covariance = 0;
  let spread = 0;
  values.forEach((value, row) => {
    covariance += (row - middle) * (value - mean);
    spread += (row - middle) ** 2;
  });
  const slope = covariance / spread;
  let residual = 0;
  values.forEach((value, row) => {
    residual += (value - mean - slope * (row - middle)) ** 2;
  });
  const stdError = Math.max(Math.sqrt(residual / (n - 2) / spread), 1e-9);
  return { slope, stdError, now: mean + slope * middle };
}

function extrapolate(severity: number, trend: Trend, rows: number): RuleFinding['remaining'] {
  const horizon = horizonWindows * rows;
  if (severity >= 1) return { p10: 0, p50: 0, p90: rows / levelRows };
  // Written so that a trend that is not a number (a sensor that has only begun to speak) is none.
  if (!(trend.slope >= trendStdErrorsMin * trend.stdError)) return null;
  const left = Math.max(0, 1 - trend.now);
  const at = (slope: number) => (slope <= 0 ? horizon : Math.min(horizon, left / slope));
  const p50 = at(trend.slope);
  if (p50 >= horizon) return null;
  const margin = intervalStdErrors * trend.stdError;
  return { p10: at(trend.slope + margin), p50, p90: at(trend.slope - margin) };
}

/** A trend is looked for in at most so many newest rows: models may ask for far longer windows. */
const recentRowsMax = 30;

/** `allRows`: `rowCount` × sensors of the type, oldest first, NaN where a sensor has not been seen. */
export function applyRules(type: MachineType, allRows: Float32Array, rowCount: number): RuleFinding {
  const rows = Math.min(rowCount, recentRowsMax);
  const window = allRows.subarray((allRows.length / rowCount) * (rowCount - rows));
  const severities = new Float64Array(type.sensors.length);
  let remaining: RuleFinding['remaining'] = null;
  let trendStdErrors = 0;
  type.sensors.forEach((sensor, index) => {
    if (sensor.warn === undefined) return;
    const newest = severitiesOf(sensor, index, window, rows, rows - levelRows);
    const level = median(newest);
    if (Number.isNaN(level)) return;
    const severity = Math.min(1, Math.max(0, level));
    severities[index] = severity;
    if (severity < trendFromSeverity) return;
    const trend = trendOf(severitiesOf(sensor, index, window, rows, 0));
    const left = extrapolate(severity, trend, rows);
    if (left && (!remaining || left.p50 < remaining.p50)) {
      remaining = left;
      trendStdErrors = severity >= 1 ? Number.POSITIVE_INFINITY : trend.slope / trend.stdError;
    }
  });
  return { severities, severity: smoothWorst(severities), remaining, trendStdErrors };
}

/** A power mean without the division: the worst one decides, several bad ones add a little. */
function smoothWorst(severities: Float64Array): number {
  const sum = severities.reduce((total, severity) => total + severity ** 8, 0);
  return Math.min(1, sum ** (1 / 8));
}
