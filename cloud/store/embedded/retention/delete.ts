/** Deletes rows by time, oldest first, in pieces of some hours. */
import { grouped, hoursOf, type Slice, type Target, within } from './targets.ts';
import type { Work } from './work.ts';

/** DuckDB deletes a million rows in about 50 ms. */
const rowsInPieceMax = 1_000_000;

/** @returns how many rows were deleted, or would be */
export async function deleteBefore(
  work: Work,
  target: Target,
  beforeNs: bigint,
  isDryRun: boolean,
): Promise<number> {
  const hours = await work.deps.read((connection) => hoursOf(connection, target, beforeNs));
  if (isDryRun) return hours.reduce((sum, { rows }) => sum + rows, 0);
  return deleteSlices(work, target, hours);
}

export async function deleteSlices(work: Work, target: Target, slices: readonly Slice[]): Promise<number> {
  let deleted = 0;
  for (const slice of grouped(slices, rowsInPieceMax)) {
    if (work.isOver) break;
    deleted += await work.piece(async (connection) => {
      const result = await connection.run(`DELETE FROM ${target.table} WHERE ${within(target, slice)}`);
      return result.rowsChanged;
    });
  }
  return deleted;
}
