/** Finds the operating conditions of a fleet: clusters of rows with nearly the same settings. */

/** If more clusters than this are needed, the settings vary continuously and there are no conditions. */
const conditionsMax = 12;
/** Settings with a smaller standard deviation than this form one condition. In units of their range. */
const spreadMin = 0.01;
/**
 * Uniformly distributed values split into k parts leave 1 / k² of the variance unexplained; real clusters
 * leave less than this share of that.
 */
const unexplainedMax = 0.05;
const iterations = 20;

/**
 * Clusters the settings.
 * @param points points × `size` settings, in units of their range
 * @returns the centre of each cluster (one cluster if there are none to find) and the cluster of each point
 */
export function findConditions(points: Float64Array, size: number): { centres: number[][]; of: Int32Array } {
  const count = points.length / size;
  const one = refine(points, size, [Array.from(points.subarray(0, size))]);
  let best = one;
  const centres = [Array.from(points.subarray(0, size))];
  if (one.spread < spreadMin ** 2 * count) return { centres: one.centres, of: one.of };
  while (centres.length < Math.min(conditionsMax, count)) {
    centres.push(farthest(points, size, centres));
    const grouped = refine(points, size, centres);
    if (grouped.spread > (unexplainedMax / centres.length ** 2) * one.spread) continue;
    best = grouped;
    break;
  }
  return { centres: best.centres, of: best.of };
}

function square(points: Float64Array, at: number, centre: readonly number[]): number {
  let sum = 0;
  for (let s = 0; s < centre.length; s++) sum += (points[at + s]! - centre[s]!) ** 2;
  return sum;
}

function farthest(points: Float64Array, size: number, centres: readonly number[][]): number[] {
  let best = 0;
  let bestSquare = -1;
  for (let at = 0; at < points.length; at += size) {
    const nearest = Math.min(...centres.map((centre) => square(points, at, centre)));
    if (nearest > bestSquare) [best, bestSquare] = [at, nearest];
  }
  return Array.from(points.subarray(best, best + size));
}

/** Runs Lloyd's algorithm from the given centres. */
function refine(points: Float64Array, size: number, from: readonly number[][]) {
  let centres = from.map((centre) => [...centre]);
  const of = new Int32Array(points.length / size);
  let spread = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    let moved = false;
    spread = 0;
    for (let i = 0; i < of.length; i++) {
      let nearest = 0;
      let nearestSquare = Number.POSITIVE_INFINITY;
      for (let c = 0; c < centres.length; c++) {
        const distance = square(points, i * size, centres[c]!);
        if (distance < nearestSquare) [nearest, nearestSquare] = [c, distance];
      }
      moved ||= of[i] !== nearest;
      of[i] = nearest;
      spread += nearestSquare;
    }
    if (!moved && iteration > 1) break;
    centres = means(points, size, centres, of);
  }
  return { centres, of, spread };
}

function means(points: Float64Array, size: number, centres: number[][], of: Int32Array): number[][] {
  const counts = centres.map(() => 0);
  const sums = centres.map((centre) => centre.map(() => 0));
  for (let i = 0; i < of.length; i++) {
    const group = of[i]!;
    counts[group]!++;
    for (let s = 0; s < size; s++) sums[group]![s]! += points[i * size + s]!;
  }
  return sums.map((sum, c) => (counts[c] === 0 ? centres[c]! : sum.map((value) => value / counts[c]!)));
}
