/**
 * Scores detections as the Numenta Anomaly Benchmark does (Lavin and Ahmad 2015, arXiv:1510.03336). Written
 * from the paper: windows around anomalies, a sigmoid over the position in a window, one threshold for all
 * series, the standard application profile, and a scale on which a perfect detector has 100 and one that
 * detects nothing has 0.
 */
import { type Interval, probationShare, type Series } from './series.ts';

const weights = { truePositive: 1, falsePositive: 0.11, falseNegative: 1 };
/** Share of a series that all its windows cover together. */
const windowShare = 0.1;
const probationRowsMax = 750;

export interface Scored {
  series: Series;
  scores: Float64Array;
}

export interface NabResult {
  score: number;
  threshold: number;
  windows: number;
  detected: number;
  falsePositives: number;
}

export function probationRows(rows: number): number {
  return Math.min(probationRowsMax, Math.floor(probationShare * rows));
}

/** Widens the labelled intervals evenly to their windows and merges windows that meet. */
export function windowsOf(series: Series): Interval[] {
  const { rows, anomalies } = series;
  if (anomalies.length === 0) return [];
  const length = Math.floor((windowShare * rows) / anomalies.length);
  const widened = anomalies.map(({ start, end }) => {
    const extra = Math.max(0, length - (end - start)) / 2;
    return {
      start: Math.max(probationRows(rows), Math.floor(start - extra)),
      end: Math.min(rows, Math.ceil(end + extra)),
    };
  });
  const merged: Interval[] = [];
  for (const window of widened.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && window.start <= last.end) last.end = Math.max(last.end, window.end);
    else merged.push(window);
  }
  return merged;
}

/**
 * The benchmark's weight of a detection, 1 … −1.
 * @param position −1 at the start of a window, 0 at its end, above 0 after it
 */
export function scaledSigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

interface Point {
  score: number;
  window: number;
  weight: number;
}

function pointsOf({ series, scores }: Scored, firstWindow: number): { points: Point[]; windows: number } {
  const windows = windowsOf(series);
  const points: Point[] = [];
  let at = 0;
  for (let row = probationRows(series.rows); row < series.rows; row++) {
    while (at < windows.length && row >= windows[at]!.end) at++;
    const window = windows[at];
    const score = scores[row]!;
    if (window && row >= window.start) {
      const position = (row - (window.end - 1)) / (window.end - window.start);
      points.push({
        score,
        window: firstWindow + at,
        weight: (weights.truePositive * scaledSigmoid(position)) / scaledSigmoid(-1),
      });
      continue;
    }
    const before = windows[at - 1];
    const width = before ? before.end - before.start - 1 : 0;
    const position = before && width > 0 ? (row - (before.end - 1)) / width : 4;
    points.push({ score, window: -1, weight: weights.falsePositive * scaledSigmoid(position) });
  }
  return { points, windows: windows.length };
}

/** Finds the threshold with the best score over all series (0: detects nothing, 100: perfect). */
export function nabScore(all: readonly Scored[]): NabResult {
  const points: Point[] = [];
  let windows = 0;
  for (const scored of all) {
    const of = pointsOf(scored, windows);
    for (const point of of.points) points.push(point);
    windows += of.windows;
  }
  points.sort((a, b) => b.score - a.score);
  const found = new Float64Array(windows).fill(-weights.falseNegative);
  const isFound = new Uint8Array(windows);
  let total = -weights.falseNegative * windows;
  let detected = 0;
  let falsePositives = 0;
  let best = { total, threshold: Number.POSITIVE_INFINITY, detected: 0, falsePositives: 0 };
  points.forEach((point, i) => {
    if (point.window < 0) {
      total += point.weight;
      falsePositives++;
    } else if (isFound[point.window] === 0 || point.weight > found[point.window]!) {
      total += point.weight - found[point.window]!;
      if (isFound[point.window] === 0) detected++;
      isFound[point.window] = 1;
      found[point.window] = point.weight;
    }
    if (total > best.total && points[i + 1]?.score !== point.score) {
      best = { total, threshold: point.score, detected, falsePositives };
    }
  });
  const nothing = -weights.falseNegative * windows;
  const perfect = weights.truePositive * windows;
  return {
    score: (100 * (best.total - nothing)) / (perfect - nothing),
    threshold: best.threshold,
    windows,
    detected: best.detected,
    falsePositives: best.falsePositives,
  };
}
