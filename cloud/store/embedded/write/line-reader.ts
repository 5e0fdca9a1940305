/**
 * Reads line protocol into columns. There is a fast way for the lines that Harbinger's gateways write: plain numbers, a
 * short texts, a known series, fields in the same order as in the line before. All other lines take the slow way through the contract's
 * own parser, with the same result. Only the slow way finds out that a value has no column: it then becomes a row of the
 * table of other fields.
 */
import { type Line, parseLine, timeNsMax } from '../../../../shared/contract/line-protocol.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { RejectedLine } from '../../../ports/store.ts';
import { type Catalog, checkName, unacceptable } from '../catalog.ts';
import type { Column, ColumnType, Creator, Table } from '../tables.ts';
import { LineScanner } from './line-scanner.ts';
import { OtherRows } from './other-rows.ts';
import { chunkRows, type Series, TableRows } from './table-rows.ts';

const newline = 0x0a;
const space = 0x20;
const equals = 0x3d;
const backslash = 0x5c;
const seriesKnownMax = 50_000;
/** Limit of column buffers. Each holds the values of one chunk: 4,096 buffers have 64 MiB. */
const columnsHeldMax = 4_096;

/** A field at the same position in every line: the bytes of its name including `=`, and where its values go. */
interface FieldSlot {
  key: Buffer;
  /** Null for texts. */
  values: Float64Array | null;
  column: Column;
}

export class LineReader {
  readonly #catalog: Catalog;
  readonly #rows = new Map<string, TableRows>();
  readonly #series = new Map<string, Series>();
  readonly #slots = new Map<TableRows, FieldSlot[]>();
  #columnsHeld = 0;
  readonly other = new OtherRows();
  readonly #scanner = new LineScanner();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Tables with rows that were read and not taken yet. */
  pending(): TableRows[] {
    return [...this.#rows.values()].filter((rows) => rows.count > 0);
  }

  /** Call it after the pending rows were taken. Frees the buffers if there are very many columns. */
  taken(): void {
    this.other.clear();
    for (const rows of this.#rows.values()) rows.clear();
    if (this.#columnsHeld <= columnsHeldMax) return;
    this.#rows.clear();
    this.#series.clear();
    this.#slots.clear();
    this.#columnsHeld = 0;
  }

  /**
   * Reads lines from `start` up to `end`, or until the buffers are full: then take the pending rows and continue. Returns
   * the offset where it stopped. Lines that can never be stored are added to `rejected`.
   */
  read(text: Buffer, start: number, end: number, rejected: RejectedLine[]): number {
    let at = start;
    while (at < end) {
      let stop = text.indexOf(newline, at);
      if (stop < 0 || stop > end) stop = end;
      if (stop > at) {
        const rows = this.#readLine(text, at, stop, rejected);
        if (rows ? this.#isFull(rows) : this.other.count >= chunkRows) return stop + 1;
      }
      at = stop + 1;
    }
    return end;
  }

  #isFull(rows: TableRows): boolean {
    return rows.count === chunkRows || this.#columnsHeld > columnsHeldMax || this.other.count >= chunkRows;
  }

  /** Returns the table that got a row; null if none did. */
  #readLine(text: Buffer, start: number, stop: number, rejected: RejectedLine[]): TableRows | null {
    try {
      return this.#readFast(text, start, stop) ?? this.#readAny(text.toString('utf8', start, stop));
    } catch (error) {
      rejected.push({ line: text.toString('utf8', start, stop), reason: messageOf(error) });
      return null;
    }
  }

  /** Returns the table of the row; null, with nothing kept, if the line needs the slow way. */
  #readFast(text: Buffer, start: number, stop: number): TableRows | null {
    let at = start;
    while (at < stop && text[at] !== space) {
      if (text[at++] === backslash) return null;
    }
    const series = this.#series.get(text.toString('latin1', start, at));
    if (!series) return null;
    const rows = series.rows;
    const scanner = this.#scanner;
    scanner.at = at + 1;
    if (!this.#readFields(text, stop, rows) || !scanner.readTime(text, stop, rows.timeWords, rows.count)) {
      rows.clearRow();
      return null;
    }
    return this.#complete(series);
  }

  #readFields(text: Buffer, stop: number, rows: TableRows): boolean {
    const slots = this.#slots.get(rows)!;
    const scanner = this.#scanner;
    for (let i = 0; ; i++) {
      let slot = slots[i];
      if (!slot || !startsWith(text, scanner.at, slot.key)) {
        const found = this.#findSlot(text, stop, rows);
        if (!found) return false;
        slot = found;
        if (i < 64) slots[i] = slot;
      }
      scanner.at += slot.key.length;
      // A line that has a field twice goes the slow way, which decides.
      if (slot.values === null) {
        if (!scanner.readText(text, stop) || !rows.isFree(slot.column.index)) return false;
        this.#setOther(rows, slot.column, scanner.text);
      } else {
        if (!scanner.readNumber(text, stop) || !Number.isNaN(slot.values[rows.count])) return false;
        slot.values[rows.count] = scanner.number;
      }
      if (text[scanner.at++] === space) return true;
    }
  }

  #findSlot(text: Buffer, stop: number, rows: TableRows): FieldSlot | null {
    const from = this.#scanner.at;
    let at = from;
    while (at < stop && text[at] !== equals) {
      if (text[at++] === backslash) return null;
    }
    const column = rows.table.fields.get(text.toString('utf8', from, at));
    if (!column || column.type === 'BOOLEAN') return null;
    const values = column.type === 'DOUBLE' ? this.#numbers(rows, column) : null;
    return { key: Buffer.from(text.subarray(from, at + 1)), values, column };
  }

  /** Reads any line. Keeps nothing of a line that it refuses. @throws HarbingerError LINE_MALFORMED, LINE_REJECTED */
  #readAny(text: string): TableRows | null {
    const { measurement, tags: allTags, fields, timestampNs } = checkedLine(text);
    const { gateway = '', machine = '', site = '', ...tags } = allTags;
    const creator = { gateway, site, machine };
    this.other.begin({ measurement, ...creator, tags: textOf(tags), timeNs: timestampNs });
    const table = this.#catalog.table(measurement, creator);
    if (typeof table === 'string') {
      this.other.add(table, null, null);
      for (const [key, value] of Object.entries(fields)) this.other.add(table, key, value);
      return null;
    }
    const series = this.#seriesOf(text, table, creator, tags);
    const rows = series.rows;
    for (const [key, value] of Object.entries(fields)) {
      const column = this.#catalog.column(table, 'field', key, typeOf(value), creator);
      if (typeof column === 'string') this.other.add(column, key, value);
      else if (typeof value === 'number') this.#numbers(rows, column)[rows.count] = value;
      else this.#setOther(rows, column, value);
    }
    rows.times[rows.count] = timestampNs;
    return this.#complete(series);
  }

  #seriesOf(text: string, table: Table, creator: Creator, tags: Record<string, string>): Series {
    const others: Series['others'] = [];
    let isWhole = true;
    for (const [key, value] of Object.entries(tags)) {
      const column = this.#catalog.column(table, 'tag', key, 'VARCHAR', creator);
      if (typeof column !== 'string') others.push({ column, value });
      else {
        this.other.add(column, key, value);
        isWhole = false;
      }
    }
    const series = { rows: this.#rowsOf(table), ...creator, others };
    // A prefix with an escape always takes the slow way, as does one with a tag that has no column. At the limit, all
    // series are learnt anew.
    if (this.#series.size >= seriesKnownMax) this.#series.clear();
    const prefix = text.slice(0, text.indexOf(' '));
    if (isWhole && !prefix.includes('\\')) {
      this.#series.set(Buffer.from(prefix).toString('latin1'), series);
    }
    return series;
  }

  #rowsOf(table: Table): TableRows {
    const known = this.#rows.get(table.measurement);
    if (known) return known;
    const rows = new TableRows(table);
    this.#rows.set(table.measurement, rows);
    this.#slots.set(rows, []);
    return rows;
  }

  #complete(series: Series): TableRows {
    const rows = series.rows;
    rows.series[rows.count] = series;
    for (const { column, value } of series.others) this.#setOther(rows, column, value);
    rows.count++;
    return rows;
  }

  #numbers(rows: TableRows, column: Column): Float64Array {
    if (!rows.holds(column.index)) this.#columnsHeld++;
    return rows.numbers(column.index);
  }

  #setOther(rows: TableRows, column: Column, value: string | boolean): void {
    if (!rows.holds(column.index)) this.#columnsHeld++;
    rows.setOther(column.index, value);
  }
}

/** @throws HarbingerError LINE_MALFORMED, LINE_REJECTED */
function checkedLine(text: string): Line {
  if (text.startsWith('#')) throw unacceptable('it begins with #, which makes it a comment');
  const line = parseLine(text);
  if (line.timestampNs > timeNsMax || line.timestampNs < -timeNsMax)
    throw unacceptable('time is out of range');
  for (const key of [line.measurement, ...Object.keys(line.tags), ...Object.keys(line.fields)])
    checkName(key);
  return line;
}

function textOf(tags: Record<string, string>): string | null {
  return Object.keys(tags).length === 0 ? null : JSON.stringify(tags);
}

function typeOf(value: number | string | boolean): ColumnType {
  return typeof value === 'number' ? 'DOUBLE' : typeof value === 'string' ? 'VARCHAR' : 'BOOLEAN';
}

function startsWith(text: Buffer, at: number, key: Buffer): boolean {
  for (let i = 0; i < key.length; i++) {
    if (text[at + i] !== key[i]) return false;
  }
  return true;
}
