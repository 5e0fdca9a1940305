/**
 * Columns for an operator (cloud/store/embedded/columns): this file composes listing (list.ts) and freeing (free.ts).
 * Which names get columns is decided elsewhere, in ../column-budget.ts. Writing waits while values move.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { ColumnAdmin, FreedColumns, StoredColumn } from '../../../ports/store.ts';
import { loadCatalog } from '../bookkeeping.ts';
import type { Column } from '../tables.ts';
import { columnsNamed, freeColumn, freeTable, tableOf } from './free.ts';
import { listColumns } from './list.ts';

/** Shorter than HTTP clients wait for an answer. */
const freeMsMax = 40_000;
/** Writing waits for it. */
const transactionMsMax = 500;

type Use<T> = (connection: DuckDBConnection) => Promise<T>;

export interface EmbeddedColumnsDeps {
  clock: Clock;
  /** Runs a query on a connection that only reads. */
  read<T>(use: Use<T>): Promise<T>;
  /** Runs a change in a transaction, with no write beside it. */
  change<T>(work: Use<T>): Promise<T>;
}

export class EmbeddedColumns implements ColumnAdmin {
  readonly #deps: EmbeddedColumnsDeps;

  constructor(deps: EmbeddedColumnsDeps) {
    this.#deps = deps;
  }

  list(): Promise<StoredColumn[]> {
    return this.#deps.read(async (connection) =>
      listColumns(connection, await loadCatalog(connection), this.#deps.clock),
    );
  }

  async free(measurement: string, names: readonly string[] | 'all'): Promise<FreedColumns> {
    const { clock, change, read } = this.#deps;
    const untilMs = clock.monotonicMs() + freeMsMax;
    const wanted = await read(async (connection) => {
      const catalog = await loadCatalog(connection);
      // Tags stay until their table goes: the other values are moved together with them.
      if (names === 'all') return [...tableOf(catalog, measurement).fields.values()];
      return columnsNamed(catalog, measurement, names);
    });
    const left = [...new Set(wanted)];
    const freed: string[] = [];
    while (left.length > 0 && clock.monotonicMs() < untilMs) {
      const count = await change((connection) => this.#freeSome(connection, measurement, left));
      freed.push(...left.splice(0, count).map(({ key }) => key));
    }
    if (names === 'all' && left.length === 0) {
      const last = await change((connection) => this.#freeTable(connection, measurement));
      freed.push(...last.filter((key) => !freed.includes(key)));
    }
    return { freed, left: left.map(({ key }) => key) };
  }

  /** Frees what the table still has, which may have got columns anew meanwhile. Returns their names. */
  async #freeTable(connection: DuckDBConnection, measurement: string): Promise<string[]> {
    const catalog = await loadCatalog(connection);
    const table = tableOf(catalog, measurement);
    await freeTable(connection, catalog, table);
    return table.columns.map(({ key }) => key);
  }

  /** Frees the first of the columns, as many as there is time for in one transaction. Returns how many. */
  async #freeSome(
    connection: DuckDBConnection,
    measurement: string,
    columns: readonly Column[],
  ): Promise<number> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + transactionMsMax;
    const catalog = await loadCatalog(connection);
    const table = tableOf(catalog, measurement);
    let count = 0;
    do {
      const { kind, key } = columns[count]!;
      const column = (kind === 'tag' ? table.tags : table.fields).get(key);
      // Somebody else may have freed it.
      if (column) await freeColumn(connection, catalog, table, column);
      count++;
    } while (count < columns.length && clock.monotonicMs() < untilMs);
    return count;
  }
}
