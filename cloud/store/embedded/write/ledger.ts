/**
 * Records which blocks are in the database: the highest sequence number of every journal's lane. It is written in the
 * transaction that stores the blocks' rows, so a block is either stored and known as stored, or neither.
 */
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { StoreBatch } from '../../../ports/store.ts';

/** Every write appends a row, since an update costs ten times as much. Beyond this number, one row a lane is kept. */
const rowsMax = 50_000;
/** Each start of a gateway has a journal of its own; as many are known here as the cloud has watermarks of. */
export const journalsPerLaneMax = 1_024;

export class Ledger {
  readonly #last = new Map<string, number>();
  #rows = 0;

  static async load(connection: DuckDBConnection): Promise<Ledger> {
    const ledger = new Ledger();
    await ledger.#read(connection);
    return ledger;
  }

  async #read(connection: DuckDBConnection): Promise<void> {
    const result = await connection.runAndReadAll(
      'SELECT gateway, journal, lane, max(last_seq), count(*) FROM harbinger.blocks GROUP BY ALL',
    );
    this.#last.clear();
    this.#rows = 0;
    for (const [gateway, journal, lane, last, rows] of result.getRows()) {
      this.#last.set(`${gateway}/${journal}/${lane}`, Number(last));
      this.#rows += Number(rows);
    }
  }

  last(batch: StoreBatch): number {
    return this.#last.get(keyOf(batch)) ?? 0;
  }

  /** Advances the copy in memory; `append` must write it before the transaction ends. False if it is not ahead. */
  advance(batch: StoreBatch): boolean {
    const seq = batch.blocks.at(-1)!.seq;
    if (seq <= this.last(batch)) return false;
    this.#last.set(keyOf(batch), seq);
    return true;
  }

  append(appender: DuckDBAppender, batch: StoreBatch): void {
    appender.appendVarchar(batch.gateway);
    appender.appendVarchar(batch.journal);
    appender.appendVarchar(batch.lane);
    appender.appendBigInt(BigInt(this.last(batch)));
    appender.endRow();
    this.#rows++;
  }

  get isLong(): boolean {
    return this.#rows > Math.max(rowsMax, 2 * this.#last.size);
  }

  /** Leaves one row for each of the latest journals of every gateway's lane, in the order in which they were written. */
  async compact(connection: DuckDBConnection): Promise<void> {
    await connection.run(
      `CREATE OR REPLACE TABLE harbinger.blocks AS
       SELECT gateway, journal, lane, last_seq FROM (
         SELECT gateway, journal, lane, max(last_seq) AS last_seq, max(rowid) AS latest
         FROM harbinger.blocks GROUP BY ALL)
       QUALIFY row_number() OVER (PARTITION BY gateway, lane ORDER BY latest DESC) <= ${journalsPerLaneMax}
       ORDER BY latest`,
    );
    await this.#read(connection);
  }
}

function keyOf(batch: StoreBatch): string {
  return `${batch.gateway}/${batch.journal}/${batch.lane}`;
}
