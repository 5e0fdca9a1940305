/**
 * Trends (shared/trend): whether a level rises towards a value, and when it will reach it, with an interval. Pure
 * arithmetic; it knows neither sensors nor clocks.
 *
 * The level may be flat, may have stepped, may rise evenly, ever faster (as bearings wear) or ever slower (as what warms
 * up). All of these are fitted, weighted by how well they explain the points (BIC weights, Schwarz 1978; Burnham and
 * Anderson 2002), and the time is a mixture of what they say. A trend is claimed only where the rise is many standard errors
 * of a noise that may wander, and where the mixture reaches the value within a small multiple of the time that was seen.
 */
import { normalOfT, studentCdf } from './distributions.ts';
import { type Fit, fitShape, memoryOf, residualsOf, squaresOf, wanderAfter } from './fit.ts';
import { atWork, median } from './robust.ts';
import { rises, type Shape, stepsOf } from './shapes.ts';

/** A rise must be this many standard errors, as a normal deviate. */
const deviatesMin = 4;
/** Nothing is reported beyond this many times the time that was seen. */
const reachSpans = 2;
const pointsMin = 8;
const gridSteps = 80;
const shares = [0.08, 0.5, 0.92];
const shapeError = 0.1;

export interface Trend {
  /** The level at the newest point, and its rise per unit of time there. */
  level: number;
  rise: number;
}

/** Times after the newest point, by which the value is reached with 10, 50 and 90 %; null: not within what can be foreseen. */
export interface Reach {
  p10: number;
  p50: number;
  p90: number | null;
}

export interface Found {
  trend: Trend;
  /** For each value asked for: when it is reached; null if that cannot be foreseen. */
  reaches: (Reach | null)[];
}

interface Candidate {
  /** Null: the level stays where it is. */
  shape: Shape | null;
  fitted: Fit;
  /** The logarithm of its weight, which is relative to that of the best. */
  score: number;
  weight: number;
}

/**
 * @param t rising times, the last of which is now @param y levels, NaN where there is none; higher is worse
 * @param values that the level may reach
 */
export function findTrend(
  t: readonly number[],
  y: readonly number[],
  values: readonly number[],
): Found | null {
  const known = [...t.keys()].filter((i) => !Number.isNaN(y[i]!));
  if (known.length < pointsMin) return null;
  const now = t[known.at(-1)!]!;
  const allT = Float64Array.from(known, (i) => t[i]! - now);
  const allY = Float64Array.from(known, (i) => y[i]!);
  if (!mayReach(allT, allY, Math.min(...values))) return null;
  const kept = atWork(allT, allY);
  if (kept.length < Math.max(pointsMin, known.length / 2)) return null;
  const span = -allT[kept[0]!]!;
  // In units of the time seen, so that growths mean the same on every scale.
  const times = Float64Array.from(kept, (i) => allT[i]! / span);
  const levels = Float64Array.from(kept, (i) => allY[i]!);
  const all = candidatesOf(times, levels);
  const rising = all?.filter(({ shape }) => shape !== null) ?? [];
  if (!all || rising.length === 0) return null;
  const best = rising.reduce((a, b) => (b.weight > a.weight ? b : a));
  const { slope, slopeError, freedom } = best.fitted;
  if (!(normalOfT(slope / slopeError, freedom) >= deviatesMin)) return null;
  const pointsPerSpan = Math.max(1, times.length - 1);
  const reaches = values.map((value) => reachOf(all, value, pointsPerSpan));
  const scaled = reaches.map(
    (reach) =>
      reach && {
        p10: reach.p10 * span,
        p50: reach.p50 * span,
        p90: reach.p90 === null ? null : reach.p90 * span,
      },
  );
  return { trend: { level: best.fitted.level, rise: slope / span }, reaches: scaled };
}

/** A cheap first look, which most sensors do not pass: does the last third lie above the first, by enough to matter? */
function mayReach(t: Float64Array, y: Float64Array, value: number): boolean {
  const third = Math.max(3, Math.floor(y.length / 3));
  const [early, late] = [median(y.subarray(0, third)), median(y.subarray(y.length - third))];
  const highest = y.reduce((a, b) => Math.max(a, b));
  const span = t[t.length - 1]! - t[0]!;
  return span > 0 && late > early && value - highest <= 12 * (highest - early);
}

/** Everything that may explain the levels, with its weight; null if they are too few. */
function candidatesOf(times: Float64Array, levels: Float64Array): Candidate[] | null {
  const risen = rises.map((shape) => times.map(shape));
  const stepped = stepsOf(times);
  const residuals = [...risen, ...stepped].map((shape) => residualsOf(shape, levels));
  const smallest = residuals.reduce((a, b) => (squaresOf(b) < squaresOf(a) ? b : a));
  const memory = memoryOf(smallest);
  const all: Candidate[] = [];
  rises.forEach((shape, i) => {
    const fitted = fitShape(risen[i]!, levels, memory);
    if (fitted) all.push({ shape, fitted, score: scoreOf(fitted, 2) - Math.log(rises.length), weight: 0 });
  });
  const flat = fitShape(null, levels, memory);
  if (flat) all.push({ shape: null, fitted: flat, score: scoreOf(flat, 1), weight: 0 });
  const steps = stepped.flatMap((shape) => {
    const fitted = fitShape(shape, levels, memory);
    const still = { slope: 0, covariance: 0, slopeError: 0 };
    return fitted
      ? [{ shape: null, fitted: { ...fitted, ...still }, score: scoreOf(fitted, 2), weight: 0 }]
      : [];
  });
  if (steps.length > 0) all.push(steps.reduce((a, b) => (b.score > a.score ? b : a)));
  if (all.length === 0) return null;
  const highest = Math.max(...all.map(({ score }) => score));
  for (const each of all) each.weight = Math.exp(each.score - highest);
  return all;
}

/** The logarithm of a weight: minus half of the Bayesian information criterion. */
function scoreOf({ squares, points }: Fit, coefficients: number): number {
  const floor = 1e-300;
  return -(points * Math.log(Math.max(floor, squares / points)) + coefficients * Math.log(points)) / 2;
}

function reachOf(all: readonly Candidate[], value: number, pointsPerSpan: number): Reach | null {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  const best = all.reduce((a, b) => (b.weight > a.weight ? b : a));
  if (best.fitted.level >= value) return null;
  const times: [number | null, number | null, number | null] = [null, null, null];
  let before = 0;
  let beforeTime = 0;
  for (let step = 0; step <= gridSteps; step++) {
    // Closer steps in the near future, where more is known.
    const time = reachSpans * (step / gridSteps) ** 2;
    let reached = 0;
    for (const each of all) reached += (each.weight / total) * chanceAt(each, value, time, pointsPerSpan);
    reached = Math.max(before, reached);
    shares.forEach((share, i) => {
      if (times[i] !== null || reached < share) return;
      times[i] = step === 0 ? 0 : beforeTime + ((share - before) / (reached - before)) * (time - beforeTime);
    });
    [before, beforeTime] = [reached, time];
  }
  const [p10, p50, p90] = times;
  return p10 === null || p50 === null
    ? null
    : { p10: p10 * (1 - shapeError), p50, p90: p90 === null ? null : p90 * (1 + shapeError) };
}

/** The probability that the level is at or beyond the value at a time. */
function chanceAt({ shape, fitted }: Candidate, value: number, time: number, pointsPerSpan: number): number {
  const { level, slope, slopeError, levelVariance, covariance, freedom } = fitted;
  const g = shape ? shape(time) : 0;
  const ofFit = levelVariance + 2 * g * covariance + g * g * slopeError * slopeError;
  const variance = ofFit + wanderAfter(fitted, time * pointsPerSpan);
  const ahead = level + slope * g - value;
  if (!(variance > 0)) return ahead >= 0 ? 1 : 0;
  return studentCdf(ahead / Math.sqrt(variance), freedom);
}
