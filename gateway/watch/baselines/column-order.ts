/**
 * Maps columns between two orders. The columns of an open type's machine are in the order in which its sensors first
 * appeared, which may differ after a restart. A saved baseline keeps its own order, and rows are mapped to it.
 */

/** Returns the position of each of `own` in `given` (−1: absent). */
const columnOrder = (own: readonly string[], given: readonly string[]): Int32Array =>
  Int32Array.from(own, (sensor) => given.indexOf(sensor));

const scratch: Float32Array[] = [];

/** Returns the row at `row[from]` in another order, NaN where it has no such column. Valid until the next call. */
function rowInOrder(row: Float32Array, from: number, order: Int32Array): Float32Array {
  scratch[order.length] ??= new Float32Array(order.length);
  const ordered = scratch[order.length]!;
  for (let i = 0; i < order.length; i++) ordered[i] = order[i]! < 0 ? Number.NaN : row[from + order[i]!]!;
  return ordered;
}

/** Returns values by detector column in the order of rows, 0 where the detector has no such column. */
function valuesInOrder(own: Float64Array, order: Int32Array, columns: number): Float64Array {
  const byColumn = new Float64Array(columns);
  order.forEach((column, i) => {
    if (column >= 0) byColumn[column] = own[i]!;
  });
  return byColumn;
}

/** The columns that a baseline has: in the order of rows, or, after a restart, in an order of its own. */
export class OwnColumns {
  /** Names by own column after a restart; null: as in rows. */
  private names: readonly string[] | null = null;
  /** By own column, the column in a row; null: the same. */
  private order: Int32Array | null = null;

  /** @param given names by column of a row */
  namesOr(given: readonly string[]): readonly string[] {
    return this.names ?? given;
  }

  /** @param given names by column of a row, which may lack some */
  restore(names: readonly string[], given: readonly string[]): void {
    const order = columnOrder(names, given);
    this.names = names;
    this.order = order.every((column, i) => column === i) ? null : order;
  }

  forget(): void {
    this.names = null;
    this.order = null;
  }

  /** Rows have further columns. Returns the names of those that are new to the baseline: they come after its own. */
  grow(given: readonly string[], known: number): readonly string[] {
    const { names } = this;
    if (!names) return given.slice(known);
    const added = given.filter((name) => !names.includes(name));
    this.restore([...names, ...added], given);
    return added;
  }

  /** The column in a row; −1 if the machine has not sent it since the restart. */
  inRow(own: number): number {
    return this.order ? this.order[own]! : own;
  }

  ofRow(column: number): number {
    return this.order ? this.order.indexOf(column) : column;
  }

  /** Returns the row at `row[from]` by own column, NaN where it has none: it begins at 0 if that is another array. Valid until the next call. */
  take(row: Float32Array, from: number): Float32Array {
    return this.order ? rowInOrder(row, from, this.order) : row;
  }

  /** Values by own column, as of a row. */
  valuesInRow(own: Float64Array, columns: number): Float64Array {
    return this.order ? valuesInOrder(own, this.order, columns) : own;
  }
}
