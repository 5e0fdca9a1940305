/**
 * The anomaly score: how unlike its own beginning a machine behaves. Its normal is learnt from its first rows (running
 * mean and variance per sensor), and then fixed: a normal that kept learning would learn the wear.
 */

/** Rows after which a machine is scored. */
export const warmUpRows = 60;
/** Rows from which its normal is learnt: more, since the first few seldom show all speeds and loads. */
export const learnRows = 120;
/** Rows over which deviations are averaged, so that noise cancels and one odd row raises nothing. */
const smoothedRows = 8;
/** How many of the most deviating sensors count. */
const sensorsCounted = 3;
/** A deviation of so many standard deviations in the counted sensors gives a score of 0.5. */
const halfwayStd = 5;
/** A sensor that hardly moved while learning is given this part of its level as its least standard deviation. */
const relativeStdMin = 0.0005;

/** One machine's normal. */
export class Baseline {
  rows = 0;
  private count: Uint16Array;
  private mean: Float64Array;
  private squares: Float64Array;

  constructor(columns: number) {
    this.count = new Uint16Array(columns);
    this.mean = new Float64Array(columns);
    this.squares = new Float64Array(columns);
  }

  get learning(): boolean {
    return this.rows < learnRows;
  }

  /** Whether enough is known to score. */
  get ready(): boolean {
    return this.rows >= warmUpRows;
  }

  /** Takes one row into account; NaN is an absent value. */
  learn(row: Float32Array): void {
    this.rows++;
    for (let i = 0; i < row.length; i++) {
      const value = row[i]!;
      if (Number.isNaN(value)) continue;
      const delta = value - this.mean[i]!;
      this.mean[i]! += delta / ++this.count[i]!;
      this.squares[i]! += delta * (value - this.mean[i]!);
    }
  }

  /** Makes room for more sensors, whose learning begins now if the machine's has not ended. */
  widen(columns: number): void {
    this.count = widened(this.count, new Uint16Array(columns));
    this.mean = widened(this.mean, new Float64Array(columns));
    this.squares = widened(this.squares, new Float64Array(columns));
  }

  /** Standard deviations from normal, or 0 where the sensor's normal is not known. */
  deviation(column: number, value: number): number {
    const count = this.count[column] ?? 0;
    if (count < warmUpRows / 4 || Number.isNaN(value)) return 0;
    const mean = this.mean[column]!;
    const std = Math.sqrt(this.squares[column]! / (count - 1));
    return (value - mean) / Math.max(std, relativeStdMin * Math.abs(mean), 1e-9);
  }
}

function widened<T extends Uint16Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

export interface AnomalyScore {
  /** 0 … 1; normal behaviour stays below 0.5; 0 until enough of it has been seen. */
  score: number;
  /** Per sensor: its squared deviation. */
  deviations: Float64Array;
}

/** `window`: rows × columns, oldest first. Cost: the last few rows' values, once each. */
export function scoreAnomaly(baseline: Baseline | null, window: Float32Array, rows: number): AnomalyScore {
  const columns = window.length / rows;
  const deviations = new Float64Array(columns);
  if (!baseline?.ready) return { score: 0, deviations };
  const used = Math.min(rows, smoothedRows);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let row = rows - used; row < rows; row++) sum += window[row * columns + column]!;
    deviations[column] = baseline.deviation(column, sum / used) ** 2;
  }
  const worst = Float64Array.from(deviations).sort().slice(-sensorsCounted);
  const level = worst.reduce((sum, value) => sum + value, 0) / Math.min(columns, sensorsCounted);
  return { score: level / (level + halfwayStd ** 2), deviations };
}
