/**
 * The columns of an open type's machine stand in the order in which its sensors first spoke, which after a restart may be
 * another one. What was learnt keeps its own order, and rows are read through this.
 */

/** Where each of `own` is in `given` (−1: not there); null if `given` has one that `own` does not know. */
export function columnOrder(own: readonly string[], given: readonly string[]): Int32Array | null {
  if (given.some((sensor) => !own.includes(sensor))) return null;
  return Int32Array.from(own, (sensor) => given.indexOf(sensor));
}

const scratch: Float32Array[] = [];

/** The row at `row[from]` in another order, NaN where it has no such column. Valid until the next call. */
export function rowInOrder(row: Float32Array, from: number, order: Int32Array): Float32Array {
  scratch[order.length] ??= new Float32Array(order.length);
  const ordered = scratch[order.length]!;
  for (let i = 0; i < order.length; i++) ordered[i] = order[i]! < 0 ? Number.NaN : row[from + order[i]!]!;
  return ordered;
}

/** The other way about: `ordered` back into a row of so many columns, `absent` where nothing belongs there. */
export function rowFromOrder<T extends Float32Array | Uint8Array>(ordered: T, order: Int32Array, row: T): T {
  order.forEach((column, i) => {
    if (column >= 0) row[column] = ordered[i]!;
  });
  return row;
}
