/**
 * Maps measurements and fields to the tables and columns of the embedded store. Names in line protocol are any text and
 * case-sensitive. SQL names are not, so a name that is taken gets a number appended (`Temp` beside `temp`: `temp_2`). The
 * first line that has a field fixes its column's type, until an operator frees the column. A name that gets no column
 * (see column-budget.ts) has its values in the table of other fields.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { ColumnBudget, type Overflow } from './column-budget.ts';
import { otherFieldsName } from './other-fields.ts';
import {
  type Column,
  type ColumnKind,
  type ColumnType,
  type Creator,
  fixedColumns,
  type Table,
} from './tables.ts';

const nameBytesMax = 256;

/** An error whose message becomes the reason of a rejected line. */
export function unacceptable(reason: string): HarbingerError {
  return new HarbingerError('LINE_REJECTED', 'store', reason);
}

export class Catalog {
  readonly tables = new Map<string, Table>();
  readonly budget: ColumnBudget;
  /** The name of the table of other fields, which is made when it is first needed; null until then. */
  otherFields: string | null = null;
  /** Whether new names may get tables and columns. */
  isOpen = true;
  readonly #taken = new Set<string>([otherFieldsName]);

  constructor(memoryMiBMax: number) {
    this.budget = new ColumnBudget(memoryMiBMax);
  }

  /** The measurement's table, declared if it is new; or why it has none. */
  table(measurement: string, creator: Creator): Table | Overflow {
    const known = this.tables.get(measurement);
    if (known) return known;
    const refused = this.isOpen ? this.budget.refusesTable(this.tables.size, creator) : 'tables';
    return refused ?? this.restoreTable(measurement, freeName(measurement, this.#taken), creator);
  }

  /** The column for values of that type, declared if the name is new; or why there is none. */
  column(table: Table, kind: ColumnKind, key: string, type: ColumnType, creator: Creator): Column | Overflow {
    const known = (kind === 'tag' ? table.tags : table.fields).get(key);
    if (known) return known.type === type ? known : 'type';
    const refused = this.isOpen ? this.budget.refusesColumn(table, creator) : 'columns';
    return (
      refused ?? this.restoreColumn(table, { kind, key, type, name: freeName(key, table.taken), creator })
    );
  }

  restoreTable(measurement: string, name: string, creator: Creator | null): Table {
    const table: Table = {
      name,
      measurement,
      creator,
      columns: [],
      fields: new Map(),
      tags: new Map(),
      columnsMade: -1,
      nextPosition: 0,
      rows: 0,
      taken: new Set(fixedColumns),
    };
    this.tables.set(measurement, table);
    this.#taken.add(name.toLowerCase());
    this.budget.addTable(creator);
    return table;
  }

  restoreColumn(table: Table, definition: Omit<Column, 'index'>): Column {
    const column = { ...definition, index: table.columns.length };
    table.columns.push(column);
    table.taken.add(column.name.toLowerCase());
    (column.kind === 'tag' ? table.tags : table.fields).set(column.key, column);
    this.budget.addColumn(table, column);
    return column;
  }

  /** Names the table of other fields; after an old table if that has the name already. */
  nameOtherFields(): string {
    const names = new Set([...this.tables.values()].map((table) => table.name.toLowerCase()));
    const name = freeName(otherFieldsName, names);
    this.restoreOtherFields(name);
    return name;
  }

  restoreOtherFields(name: string): void {
    this.otherFields = name;
    this.#taken.add(name.toLowerCase());
  }
}

/** Checks the name of a measurement, tag or field. @throws LINE_REJECTED */
export function checkName(name: string): void {
  if (name === '' || name.includes('\0')) throw unacceptable('a name is empty or holds a zero byte');
  if (Buffer.byteLength(name) > nameBytesMax) {
    throw unacceptable(`a name is longer than ${nameBytesMax} bytes`);
  }
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
  return name;
}
