/** A row of recorded history; all formats yield these in the order in which they are sent. */
export interface RecordedRow {
  machine: string;
  /** Number of the row in the file, from 1. It is part of the reading's identity. */
  row: number;
  values: Record<string, number>;
  /** Time of the row in seconds from the recording's start, at the recorded pace. */
  atS: number;
  /** The recorded time in ms since 1970; null if the file has none. */
  timeMs: number | null;
  /** Whether the machine failed after this row. */
  endOfLife: boolean;
}

export interface Recording {
  /** Facts about the file as sentences for a person. */
  readonly notes: string[];
  rows(): AsyncIterable<RecordedRow>;
}

const columnsReportedMax = 50;

/** Counts rows that were read, and rows and cells that were left out, by reason. */
export class Tally {
  rows = 0;
  readonly machines = new Set<string>();
  readonly skipped = new Map<string, number>();
  readonly cells = new Map<string, number>();

  /** Counts a row that cannot be used. */
  skip(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  /** Counts a cell that is not a number; the rest of its row is used. */
  badCell(column: string): void {
    const name = this.cells.has(column) || this.cells.size < columnsReportedMax ? column : 'other columns';
    this.cells.set(name, (this.cells.get(name) ?? 0) + 1);
  }
}
