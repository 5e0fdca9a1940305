/** The cells of a window: a ring of rows, then the values gathered for the next row, then a flag for each of these. */

/** The values gathered for the next row: each sensor's last value, and whether it has sent one since the last row. */
export interface Gathered {
  held: Float32Array;
  seen: Uint8Array;
}

export function newCells(rows: number, columns: number): Float32Array {
  return new Float32Array((rows + 2) * columns).fill(Number.NaN, 0, (rows + 1) * columns);
}

/** Returns the same with more columns, which are NaN. */
export function widened(cells: Float32Array, rows: number, before: number, columns: number): Float32Array {
  const made = newCells(rows, columns);
  // Copies the rows of the ring, and the two rows of gathered values.
  for (let row = 0; row < rows + 2; row++)
    made.set(cells.subarray(row * before, (row + 1) * before), row * columns);
  return made;
}

/** Copies a ring of the size of `into`, from the cell `first` on. */
export function copyRing(cells: Float32Array, first: number, into: Float32Array): Float32Array {
  // For windows of ordinary size a loop is quicker than two views and two calls.
  const { length } = into;
  let from = first;
  for (let to = 0; to < length; to++) {
    if (from === length) from = 0;
    into[to] = cells[from++]!;
  }
  return into;
}

/** True if each of these sensors has a value. */
export function isWhole(values: Float32Array, from: number, width: number): boolean {
  for (let at = from; at < from + width; at++) if (Number.isNaN(values[at]!)) return false;
  return true;
}
