/** Numbers by field and column, in one array, because thousands of machines are visited in turn. */
export class Columns {
  cells: Float64Array;
  columns: number;
  private readonly initial: readonly number[];

  /** @param initial the first value of each field */
  constructor(initial: readonly number[], columns: number) {
    this.initial = initial;
    this.columns = columns;
    this.cells = this.fresh(columns);
  }

  get(field: number, column: number): number {
    return this.cells[field * this.columns + column]!;
  }

  set(field: number, column: number, value: number): void {
    this.cells[field * this.columns + column] = value;
  }

  raise(field: number, column: number, value: number): void {
    const at = field * this.columns + column;
    if (value > this.cells[at]!) this.cells[at] = value;
  }

  add(field: number, column: number, value: number): void {
    this.cells[field * this.columns + column]! += value;
  }

  reset(column: number): void {
    for (const [field, value] of this.initial.entries()) this.set(field, column, value);
  }

  widen(columns: number): void {
    const { cells, columns: before } = this;
    const wider = this.fresh(columns);
    for (let field = 0; field < this.initial.length; field++)
      wider.set(cells.subarray(field * before, (field + 1) * before), field * columns);
    this.cells = wider;
    this.columns = columns;
  }

  private fresh(columns: number): Float64Array {
    const cells = new Float64Array(this.initial.length * columns);
    for (const [field, value] of this.initial.entries())
      cells.fill(value, field * columns, (field + 1) * columns);
    return cells;
  }
}
