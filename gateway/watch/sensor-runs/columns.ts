/** Fields of a column with their first values: those that need double precision, and those that do not. */
export interface ColumnFields {
  /** Rows, times and marks: whole numbers beyond those that a 32-bit float can have. Numbered from 0. */
  doubles: readonly number[];
  /** Values, which are 32-bit floats anyway, lengths of runs, flags. Numbered after the doubles. */
  floats: readonly number[];
}

/** Numbers by field and column, in one piece of memory, because thousands of machines are visited in turn. */
export class Columns {
  doubles!: Float64Array;
  floats!: Float32Array;
  columns = 0;
  private readonly fields: ColumnFields;

  constructor(fields: ColumnFields, columns: number) {
    this.fields = fields;
    this.allocate(columns);
  }

  /** Bytes that one column takes. */
  static bytesOf({ doubles, floats }: ColumnFields): number {
    return 8 * doubles.length + 4 * floats.length;
  }

  /** Where the first column of a field is among the floats; those of the next field follow its last column. */
  floatsFrom(field: number): number {
    return (field - this.fields.doubles.length) * this.columns;
  }

  get(field: number, column: number): number {
    const at = field - this.fields.doubles.length;
    return at < 0 ? this.doubles[field * this.columns + column]! : this.floats[at * this.columns + column]!;
  }

  set(field: number, column: number, value: number): void {
    const at = field - this.fields.doubles.length;
    if (at < 0) this.doubles[field * this.columns + column] = value;
    else this.floats[at * this.columns + column] = value;
  }

  raise(field: number, column: number, value: number): void {
    if (value > this.get(field, column)) this.set(field, column, value);
  }

  add(field: number, column: number, value: number): void {
    this.set(field, column, this.get(field, column) + value);
  }

  /** Sets all fields of a column to their first values. */
  reset(column: number): void {
    const { doubles, floats } = this.fields;
    for (const [field, value] of [...doubles, ...floats].entries()) this.set(field, column, value);
  }

  widen(columns: number): void {
    const { doubles, floats, columns: before } = this;
    this.allocate(columns);
    for (let at = 0; at * before < doubles.length; at++)
      this.doubles.set(doubles.subarray(at * before, (at + 1) * before), at * columns);
    for (let at = 0; at * before < floats.length; at++)
      this.floats.set(floats.subarray(at * before, (at + 1) * before), at * columns);
  }

  private allocate(columns: number): void {
    const { doubles, floats } = this.fields;
    const memory = new ArrayBuffer(Columns.bytesOf(this.fields) * columns);
    this.doubles = new Float64Array(memory, 0, doubles.length * columns);
    this.floats = new Float32Array(memory, 8 * doubles.length * columns, floats.length * columns);
    this.columns = columns;
    for (const [at, value] of doubles.entries()) this.doubles.fill(value, at * columns, (at + 1) * columns);
    for (const [at, value] of floats.entries()) this.floats.fill(value, at * columns, (at + 1) * columns);
  }
}
