import type { ColumnBatch, RefusedValue } from '../../ports/watch.ts';

/** Something that came between the rows of a batch, about one machine: a refused value, or whether its device is there. */
export type Note = RefusedValue | NonNullable<ColumnBatch['availability']>[number];

/** The notes of a batch in the order of its rows; null if there are none, as nearly always. */
export function notesOf({ refused, availability }: ColumnBatch): readonly Note[] | null {
  if (refused === undefined) return availability ?? null;
  return availability === undefined ? refused : [...refused, ...availability].sort((a, b) => a.row - b.row);
}
