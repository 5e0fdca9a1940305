/**
 * Rows (gateway/watch/windows/rows): what a window knows of its rows beside their values: in which blocks of the journal they were
 * completed.
 */
import type { BlockPosition } from '../../../ports/journal.ts';

/** The blocks of the journal in which the oldest and the newest row of a window were completed. */
export interface RowsPlace {
  journal: string;
  from: number;
  to: number;
}

/** The block whose rows are being taken, which all windows share. */
export class TakenBlock {
  private journal: string | null = null;
  seq = Number.NaN;

  begin(block: BlockPosition | undefined): void {
    this.seq = block?.seq ?? Number.NaN;
    this.journal = block?.journal ?? this.journal;
  }

  /** Null if a block is not known. */
  place(from: number, to: number): RowsPlace | null {
    return this.journal === null || Number.isNaN(from + to) ? null : { journal: this.journal, from, to };
  }
}

/** The blocks in which the rows of one ring were completed. Nothing is allocated per row. */
export class RowBlocks {
  private readonly taken: TakenBlock;
  private readonly numbers: Float64Array;
  private readonly from: number;

  /** @param numbers of which `rows` from `from` on are its own */
  constructor(rows: number, taken: TakenBlock, numbers: Float64Array, from: number) {
    this.taken = taken;
    this.numbers = numbers;
    this.from = from;
    numbers.fill(Number.NaN, from, from + rows);
  }

  completed(row: number): void {
    this.numbers[this.from + row] = this.taken.seq;
  }

  /** @param oldest @param newest indices of rows */
  place(oldest: number, newest: number): RowsPlace | null {
    return this.taken.place(this.numbers[this.from + oldest]!, this.numbers[this.from + newest]!);
  }
}
