import { relativeTo } from '../relative.ts';
import { type StateNumbers, scalar, statisticsCount } from './state-layout.ts';

const stepRate = 0.01;
const stepGrowthMax = 4;

/** A row while it is judged: working memory, shared by all machines with the same number of sensors. */
export interface StateRow {
  /** Relative to the sensor's first value, in units of its first change; NaN: absent. */
  values: Float64Array;
  /** Absolute, in the same unit: bounds what a sensor that stands still can resolve. */
  levels: Float64Array;
  /** A deviation of each sensor in the mode of the row. */
  deviations: Float64Array;
  /** Against one normal, in deviations: the past rows, the row, and what of it the past did not predict. */
  past: Float64Array;
  value: Float64Array;
  residual: Float64Array;
  /** The mean of the last residuals, and the products of both with their inverses. */
  lasting: Float64Array;
  residualProduct: Float64Array;
  lastingProduct: Float64Array;
  scratch: Float64Array;
  matrix: Float64Array;
  /** The scaled statistics of the newest row (statistics.ts). */
  scaled: Float64Array;
}

const rows: (StateRow | undefined)[] = [];

export function stateRow(sensors: number): StateRow {
  rows[sensors] ??= {
    ...{ values: new Float64Array(sensors), levels: new Float64Array(sensors) },
    ...{ deviations: new Float64Array(sensors), past: new Float64Array(sensors) },
    ...{ value: new Float64Array(sensors), residual: new Float64Array(sensors) },
    ...{ lasting: new Float64Array(sensors), residualProduct: new Float64Array(sensors) },
    ...{ lastingProduct: new Float64Array(sensors), scratch: new Float64Array(sensors) },
    ...{ matrix: new Float64Array(sensors * sensors), scaled: new Float64Array(statisticsCount) },
  };
  return rows[sensors];
}

/** Reads `values[from] …` into `row`, and follows each sensor's typical step. */
export function readRow(numbers: StateNumbers, values: ArrayLike<number>, from: number, row: StateRow): void {
  const { layout, floats, doubles } = numbers;
  for (let i = 0; i < layout.sensors; i++) {
    const level = values[from + i]!;
    row.values[i] = Number.NaN;
    row.levels[i] = 0;
    if (!Number.isFinite(level)) continue;
    const value = relativeTo(doubles, layout.origin + i, layout.unit + i, level);
    const unit = doubles[layout.unit + i]!;
    doubles[layout.seen + i]!++;
    row.values[i] = value;
    row.levels[i] = unit === 0 ? level : level / unit;
    const before = floats[layout.newest + i]!;
    floats[layout.newest + i] = value;
    if (Number.isNaN(before) || value === before) continue;
    doubles[layout.changes + i]!++;
    const size = Math.abs(value - before);
    const step = floats[layout.steps + i]!;
    floats[layout.steps + i] =
      step === 0 ? size : step + stepRate * (Math.min(size, stepGrowthMax * step) - step);
  }
  doubles[scalar.rows]!++;
}

/** A sensor that appeared later than the others is not judged until it has sent so many values. */
const lateRows = 100;

export function isJudged({ layout, doubles }: StateNumbers, sensor: number): boolean {
  const seen = doubles[layout.seen + sensor]!;
  return seen >= lateRows || seen >= doubles[scalar.rows]! / 2;
}
