/**
 * Maps columns between two orders. The columns of an open type's machine are in the order in which its sensors first
 * appeared, which may differ after a restart. A saved baseline keeps its own order, and rows are mapped to it.
 */

/** Returns the position of each of `own` in `given` (−1: absent); null if `given` has one that `own` lacks. */
export function columnOrder(own: readonly string[], given: readonly string[]): Int32Array | null {
  if (given.some((sensor) => !own.includes(sensor))) return null;
  return Int32Array.from(own, (sensor) => given.indexOf(sensor));
}

const scratch: Float32Array[] = [];

/** Returns the row at `row[from]` in another order, NaN where it has no such column. Valid until the next call. */
export function rowInOrder(row: Float32Array, from: number, order: Int32Array): Float32Array {
  scratch[order.length] ??= new Float32Array(order.length);
  const ordered = scratch[order.length]!;
  for (let i = 0; i < order.length; i++) ordered[i] = order[i]! < 0 ? Number.NaN : row[from + order[i]!]!;
  return ordered;
}

/** Returns values by detector column in the order of rows, 0 where the detector has no such column. */
export function valuesInOrder(own: Float64Array, order: Int32Array, columns: number): Float64Array {
  const byColumn = new Float64Array(columns);
  order.forEach((column, i) => {
    if (column >= 0) byColumn[column] = own[i]!;
  });
  return byColumn;
}
