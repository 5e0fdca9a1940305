/** What the formats have in common: rows of recorded history, in the order in which they are to be sent. */
export interface RecordedRow {
  machine: string;
  /** Number of the row in the file, from 1: part of the reading's identity. */
  row: number;
  values: Record<string, number>;
  /** When it was recorded, in seconds from the recording's start at the recorded pace. */
  atS: number;
  /** The recorded time, ms since 1970, where the file has one. */
  timeMs: number | null;
  /** The machine failed after this row. */
  endOfLife: boolean;
}

export interface Recording {
  /** What was understood of the file, as sentences for a person. */
  readonly notes: string[];
  rows(): AsyncIterable<RecordedRow>;
}

const columnsReportedMax = 50;

/** What was read and what was left out, and why. */
export class Tally {
  rows = 0;
  readonly machines = new Set<string>();
  readonly skipped = new Map<string, number>();
  readonly cells = new Map<string, number>();

  /** A row that could not be used. */
  skip(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  /** A cell that is not a number. The rest of its row is used. */
  badCell(column: string): void {
    const name = this.cells.has(column) || this.cells.size < columnsReportedMax ? column : 'other columns';
    this.cells.set(name, (this.cells.get(name) ?? 0) + 1);
  }
}
