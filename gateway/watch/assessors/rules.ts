/**
 * Assessment without a model: how far each sensor with limits has moved from warning to alarm, and when its trend will
 * reach the alarm. Severity is linear, with 0.5 at the warning limit and 1 at the alarm limit.
 */
import { type WearRange, wearRangesOf } from '../../../shared/domain/limits.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { isJump } from './jump.ts';

/** The level is the median of this many newest rows, so that a single odd reading changes nothing. */
const levelRows = 5;
/** Below this severity a trend is considered noise of a healthy machine. */
const trendFromSeverity = 0.3;
/** A trend must have a slope of at least this many standard errors. */
const trendStdErrorsMin = 2.5;
/** An extrapolation beyond this many windows is not reported. */
const horizonWindows = 5;
/** Half width of an 80 % interval in standard errors. */
const intervalStdErrors = 1.28;

export interface RuleFinding {
  /** Per sensor, 0 … 1; 0 for sensors without limits. */
  severities: Float64Array;
  /** 0 … 1: the worst severity, slightly more if others are high too. */
  severity: number;
  /** In rows; null without a trend. */
  remaining: { p10: number; p50: number; p90: number } | null;
  /** Slope of the trend in standard errors; infinite at the alarm limit. */
  trendStdErrors: number;
}

interface Trend {
  slope: number;
  stdError: number;
  /** Value of the fitted line at the newest row. */
  now: number;
  /** Sum of the squares that the line leaves unexplained. */
  residual: number;
}

/** A warning and an alarm limit of one side of a sensor, with the sensor's column. */
type Range = WearRange & { column: number };

const rangesByType = new WeakMap<MachineType, readonly Range[]>();

/** Collected once for each type, because rules are applied several times a second to each machine. */
function rangesOf(type: MachineType): readonly Range[] {
  const known = rangesByType.get(type);
  if (known) return known;
  const ranges = type.sensors.flatMap((sensor, column) =>
    wearRangesOf(sensor).map((range) => ({ ...range, column })),
  );
  rangesByType.set(type, ranges);
  return ranges;
}

/** True if a sensor of the type has a warning and an alarm limit on one side. */
export function hasLimits(type: MachineType): boolean {
  return rangesOf(type).length > 0;
}

/** Returns one sensor's severity at each row from `firstRow` on, not clipped. */
function severitiesOf(
  { warn, alarm, column }: Range,
  window: Float32Array,
  rows: number,
  firstRow: number,
): Float64Array {
  const columns = window.length / rows;
  const slope = 0.5 / (alarm - warn);
  const values = new Float64Array(rows - firstRow);
  for (let row = firstRow; row < rows; row++) {
    values[row - firstRow] = 0.5 + slope * (window[row * columns + column]! - warn);
  }
  return values;
}

/** Returns the median, or NaN if any value is NaN. Sorts the few values by insertion, in place. */
function median(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) return Number.NaN;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
  return values[values.length >> 1]!;
}

/** Fits a line to the rows by least squares. */
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
  return { slope, stdError, now: mean + slope * middle, residual };
}

/** @param values the severity at each row, to which the trend is fitted */
function extrapolate(severity: number, trend: Trend, values: Float64Array): RuleFinding['remaining'] {
  const rows = values.length;
  const horizon = horizonWindows * rows;
  if (severity >= 1) return { p10: 0, p50: 0, p90: rows / levelRows };
  // Written so that NaN (a sensor that has only just begun to send) counts as no trend.
  if (!(trend.slope >= trendStdErrorsMin * trend.stdError)) return null;
  if (isJump(values, trend.slope, trend.residual)) return null;
  // A line may be beyond the alarm limit before the level is; then the limit is near, and not reached.
  const left = trend.now < 1 ? 1 - trend.now : 1 - severity;
  const at = (slope: number) => (slope <= 0 ? horizon : Math.min(horizon, left / slope));
  const p50 = at(trend.slope);
  if (p50 >= horizon) return null;
  const margin = intervalStdErrors * trend.stdError;
  return { p10: at(trend.slope + margin), p50, p90: at(trend.slope - margin) };
}

/** A trend is fitted to at most this many newest rows, because models may need far longer windows. */
const recentRowsMax = 30;

/**
 * Applies the rules to `allRows`: `rowCount` × sensors of the type, oldest first, NaN where a sensor has sent nothing
 * yet.
 */
export function applyRules(type: MachineType, allRows: Float32Array, rowCount: number): RuleFinding {
  const rows = Math.min(rowCount, recentRowsMax);
  const window =
    rows === rowCount ? allRows : allRows.subarray((allRows.length / rowCount) * (rowCount - rows));
  const severities = new Float64Array(type.sensors.length);
  let remaining: RuleFinding['remaining'] = null;
  let trendStdErrors = 0;
  for (const range of rangesOf(type)) {
    const newest = severitiesOf(range, window, rows, rows - levelRows);
    const level = median(newest);
    if (Number.isNaN(level)) continue;
    const severity = Math.min(1, Math.max(0, level));
    severities[range.column] = Math.max(severities[range.column]!, severity);
    if (severity < trendFromSeverity) continue;
    const values = severitiesOf(range, window, rows, 0);
    const trend = trendOf(values);
    const left = extrapolate(severity, trend, values);
    if (left && (!remaining || left.p50 < remaining.p50)) {
      remaining = left;
      trendStdErrors = severity >= 1 ? Number.POSITIVE_INFINITY : trend.slope / trend.stdError;
    }
  }
  return { severities, severity: smoothWorst(severities), remaining, trendStdErrors };
}

/** A power mean without the division: the worst severity dominates, and several high ones add a little. */
function smoothWorst(severities: Float64Array): number {
  let sum = 0;
  for (const severity of severities) sum += severity ** 8;
  return Math.min(1, sum ** (1 / 8));
}
