/** How much series move: the mean and the deviation of each over about a month. */
const memoryRows = 20_000;
const width = 3;

export class Scatter {
  readonly cells: Float32Array;

  constructor(count: number) {
    this.cells = new Float32Array(count * width);
  }

  take(series: number, value: number): void {
    const { cells } = this;
    const at = series * width;
    const rows = ++cells[at]!;
    const weight = Math.max(1 / rows, 1 / memoryRows);
    const far = value - cells[at + 1]!;
    cells[at + 1]! += weight * far;
    cells[at + 2] = (1 - weight) * (cells[at + 2]! + weight * far * far);
  }

  /** Its deviation. */
  of(series: number): number {
    return Math.sqrt(this.cells[series * width + 2]!);
  }

  /** The size of its mean. */
  meanOf(series: number): number {
    return Math.abs(this.cells[series * width + 1]!);
  }
}
