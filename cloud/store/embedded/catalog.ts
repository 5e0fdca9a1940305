/**
 * Maps measurements and fields to the tables and columns of the embedded store. Names in line protocol are any text and
 * case-sensitive. SQL names are not, so a name that is taken gets a number appended (`Temp` beside `temp`: `temp_2`). The
 * first line that has a field fixes its column's type for ever.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';

export const catalogLimits = { measurementsMax: 200, columnsMax: 1_000, nameBytesMax: 256 } as const;

export type ColumnType = 'DOUBLE' | 'VARCHAR' | 'BOOLEAN';
export type ColumnKind = 'tag' | 'field';

export interface Column {
  name: string;
  kind: ColumnKind;
  /** Its name in line protocol. */
  key: string;
  type: ColumnType;
  /** Position in the table, after the fixed columns. */
  index: number;
}

export interface Table {
  name: string;
  measurement: string;
  columns: Column[];
  fields: Map<string, Column>;
  tags: Map<string, Column>;
  /** How many of `columns` exist in the database; -1 while the table does not. */
  columnsMade: number;
  taken: Set<string>;
}

/** The first columns of every table. */
export const fixedColumns = ['time', 'gateway', 'machine', 'site'] as const;

/** An error whose message becomes the reason of a rejected line. */
export function unacceptable(reason: string): HarbingerError {
  return new HarbingerError('LINE_REJECTED', 'store', reason);
}

export class Catalog {
  readonly tables = new Map<string, Table>();
  readonly #taken = new Set<string>();

  /** The measurement's table; declared if it is new. @throws LINE_REJECTED beyond the limits */
  table(measurement: string): Table {
    const known = this.tables.get(measurement);
    if (known) return known;
    if (this.tables.size >= catalogLimits.measurementsMax) {
      throw unacceptable(`the store holds ${catalogLimits.measurementsMax} measurements, its limit`);
    }
    return this.restoreTable(measurement, freeName(measurement, this.#taken));
  }

  /** @throws LINE_REJECTED if the table has the field with another type */
  checkField(table: Table, key: string, type: ColumnType): void {
    const known = table.fields.get(key);
    if (known && known.type !== type) {
      throw unacceptable(
        `field type conflict: '${key}' of '${table.measurement}' is ${known.type} here, not ${type}`,
      );
    }
  }

  /** A column of the table (of the right type: see `checkField`); declared if it is new. @throws LINE_REJECTED */
  column(table: Table, kind: ColumnKind, key: string, type: ColumnType): Column {
    const known = (kind === 'tag' ? table.tags : table.fields).get(key);
    if (known) return known;
    if (table.columns.length >= catalogLimits.columnsMax) {
      throw unacceptable(`'${table.measurement}' has ${catalogLimits.columnsMax} columns, its limit`);
    }
    return this.restoreColumn(table, { kind, key, type, name: freeName(key, table.taken) });
  }

  restoreTable(measurement: string, name: string): Table {
    const table: Table = {
      name,
      measurement,
      columns: [],
      fields: new Map(),
      tags: new Map(),
      columnsMade: -1,
      taken: new Set(fixedColumns),
    };
    this.tables.set(measurement, table);
    this.#taken.add(name.toLowerCase());
    return table;
  }

  restoreColumn(table: Table, definition: Omit<Column, 'index'>): Column {
    const column = { ...definition, index: table.columns.length };
    table.columns.push(column);
    table.taken.add(column.name.toLowerCase());
    (column.kind === 'tag' ? table.tags : table.fields).set(column.key, column);
    return column;
  }
}

/** Checks the name of a measurement, tag or field. @throws LINE_REJECTED */
export function checkName(name: string): void {
  if (name === '' || name.includes('\0')) throw unacceptable('a name is empty or holds a zero byte');
  if (Buffer.byteLength(name) > catalogLimits.nameBytesMax) {
    throw unacceptable(`a name is longer than ${catalogLimits.nameBytesMax} bytes`);
  }
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
  return name;
}

/** Quotes a name for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
