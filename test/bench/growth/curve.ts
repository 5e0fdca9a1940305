/** A series shows how one cost grows with one size. */
export interface Series {
  key: string;
  title: string;
  unit: string;
  /** The cost is per item. The total cost, for which growth is assessed, is this times the size. */
  perItem?: boolean;
}

export interface CurveResult {
  name: string;
  title: string;
  sizeTitle: string;
  series: readonly Series[];
  points: { size: number; costs: Record<string, number> }[];
  remark: string;
}

export interface CurveContext {
  quick: boolean;
  say(text: string): void;
  /** Calls `use` with an empty folder, which is removed afterwards. */
  withFolder<T>(use: (folder: string) => Promise<T>): Promise<T>;
}

export interface Curve {
  name: string;
  run(context: CurveContext): Promise<CurveResult>;
}

export interface Step {
  from: number;
  to: number;
  /** The total cost grows as size to this power: 1 is linear. */
  exponent: number;
}

/** Above linear by more than single runs differ: 26 % more than tenfold for ten times the size. */
export const exponentMax = 1.1;

export function stepsOf({ points }: CurveResult, { key, perItem = false }: Series): Step[] {
  const known = points.filter((point) => Number.isFinite(point.costs[key]));
  return known.slice(1).map((point, i) => {
    const before = known[i]!;
    const growth = point.size / before.size;
    const cost = (point.costs[key]! / before.costs[key]!) * (perItem ? growth : 1);
    return { from: before.size, to: point.size, exponent: Math.log(cost) / Math.log(growth) };
  });
}

/** Returns one sentence for each series. */
export function verdictOf(curve: CurveResult, series: Series): string {
  const steps = stepsOf(curve, series);
  const worst = steps.reduce((a, b) => (b.exponent > a.exponent ? b : a));
  const step = `${worst.from.toLocaleString('en')} → ${worst.to.toLocaleString('en')}`;
  const power = `size^${worst.exponent.toFixed(2)}`;
  const whole = series.perItem ? `${series.title} (for all of them together)` : series.title;
  return worst.exponent > exponentMax
    ? `${whole}: **worse than linear** at ${step} (${power})`
    : `${whole}: no step worse than linear; the steepest is ${step} (${power})`;
}
