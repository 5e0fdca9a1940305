/**
 * Which blocks are in the database: the highest sequence number of every journal's lane. It is written in the
 * transaction that stores the blocks' rows, so a block is either stored and known as stored, or neither.
 */
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { StoreBatch } from '../../ports.ts';

/** A row is appended for every write (an update would cost ten times that); so many, and they are made one a lane. */
const rowsMax = 50_000;

export class Ledger {
  readonly #last = new Map<string, number>();
  #rows = 0;

  static async load(connection: DuckDBConnection): Promise<Ledger> {
    const ledger = new Ledger();
    const result = await connection.runAndReadAll(
      'SELECT gateway, journal, lane, max(last_seq), count(*) FROM harbinger.blocks GROUP BY ALL',
    );
    for (const [gateway, journal, lane, last, rows] of result.getRows()) {
      ledger.#last.set(`${gateway}/${journal}/${lane}`, Number(last));
      ledger.#rows += Number(rows);
    }
    return ledger;
  }

  last(batch: StoreBatch): number {
    return this.#last.get(keyOf(batch)) ?? 0;
  }

  /** Notes it here, to be put into the database by `append` before the transaction ends. */
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
    return this.#rows > rowsMax;
  }

  /** Leaves one row a lane. */
  async compact(connection: DuckDBConnection): Promise<void> {
    await connection.run(
      `CREATE OR REPLACE TABLE harbinger.blocks AS
       SELECT gateway, journal, lane, max(last_seq) AS last_seq FROM harbinger.blocks GROUP BY ALL`,
    );
    this.#rows = this.#last.size;
  }
}

function keyOf(batch: StoreBatch): string {
  return `${batch.gateway}/${batch.journal}/${batch.lane}`;
}
