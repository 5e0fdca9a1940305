/** Tables and columns as the embedded store knows them, and what all of them have. */

export type ColumnType = 'DOUBLE' | 'VARCHAR' | 'BOOLEAN';
export type ColumnKind = 'tag' | 'field';

/** The line that has brought a new name. */
export interface Creator {
  gateway: string;
  site: string;
  machine: string;
}

export interface Column {
  name: string;
  kind: ColumnKind;
  /** Its name in line protocol. */
  key: string;
  type: ColumnType;
  /** Position in the table, after the fixed columns. */
  index: number;
  /** Null for a column that an earlier version has made. */
  creator: Creator | null;
}

export interface Table {
  name: string;
  measurement: string;
  creator: Creator | null;
  columns: Column[];
  fields: Map<string, Column>;
  tags: Map<string, Column>;
  /** How many of `columns` exist in the database; -1 while the table does not. */
  columnsMade: number;
  /** The position of the next column in the bookkeeping, above those of all columns that the table has. */
  nextPosition: number;
  /** About how many rows it has. */
  rows: number;
  taken: Set<string>;
}

/** The first columns of every table. */
export const fixedColumns = ['time', 'gateway', 'machine', 'site'] as const;

/** Quotes a name for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
