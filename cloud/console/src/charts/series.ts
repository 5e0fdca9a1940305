/** The span of time that a chart shows, in ms since 1970. */
export interface Range {
  fromMs: number;
  toMs: number;
}

/** x (s since 1970) and y of one line: uPlot's shape. */
export type Columns = [number[], ...(number | null)[][]];

/**
 * Prepares values for a line: drops moments without a value, and breaks the line (by a null) after a much
 * longer silence than usual, so that an outage is seen as one. All columns share the moments of the first.
 */
export function withBreaks(timesMs: readonly number[], ...columns: (readonly (number | null)[])[]): Columns {
  const [first = []] = columns;
  const kept = timesMs.map((_, i) => i).filter((i) => first[i] !== null && first[i] !== undefined);
  const gapMs = 6 * medianStep(kept.map((i) => timesMs[i]!));
  const x: number[] = [];
  const ys: (number | null)[][] = columns.map(() => []);
  kept.forEach((i, n) => {
    const timeMs = timesMs[i]!;
    const previousMs = n > 0 ? timesMs[kept[n - 1]!]! : timeMs;
    if (timeMs - previousMs > gapMs) {
      x.push((timeMs + previousMs) / 2_000);
      for (const y of ys) y.push(null);
    }
    x.push(timeMs / 1_000);
    columns.forEach((column, c) => {
      ys[c]!.push(column[i] ?? null);
    });
  });
  return [x, ...ys];
}

function medianStep(timesMs: number[]): number {
  const steps = timesMs.slice(1).map((timeMs, i) => timeMs - timesMs[i]!);
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? Number.POSITIVE_INFINITY;
}

/** The places of values that no line touches, because there is none before or after them: they are drawn as points. */
export function lonePoints(values: readonly (number | null | undefined)[]): number[] {
  const isMissing = (at: number) => values[at] === null || values[at] === undefined;
  return [...values.keys()].filter((at) => !isMissing(at) && isMissing(at - 1) && isMissing(at + 1));
}

/** The last value that is not missing; null if all are. */
export function latest(values: readonly (number | null)[]): number | null {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Picks the remaining life out of the values of the `estimate` measurement. */
export function lifeFields(values: Record<string, (number | null)[]>) {
  const { rul_p10: p10 = [], rul_p50: p50 = [], rul_p90: p90 = [] } = values;
  return { p10, p50, p90 };
}
