/**
 * Reading from the embedded store (cloud/store/embedded/query): series for the API, and SQL from outside within limits
 * of time and memory. Nothing here writes. SQL from outside runs only after sql-policy.ts has permitted it.
 */
import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import type { SqlQuery, SqlResult } from '../../../ports/store.ts';
import { jsonValue } from './json-values.ts';
import { checkSyntaxTree, refused } from './sql-policy.ts';
import { explained } from './unknown-names.ts';

export const sqlLimits = { textBytesMax: 16_384, resultBytesMax: 16 << 20 } as const;

/**
 * Runs one query that came from outside. It can only read, and returns no more rows and bytes than allowed; `truncated`
 * says that there were more. @throws HarbingerError SQL_REFUSED, QUERY_FAILED for names that do not exist
 */
export async function runSql(connection: DuckDBConnection, query: SqlQuery): Promise<SqlResult> {
  if (Buffer.byteLength(query.sql) > sqlLimits.textBytesMax) throw refused('the query is longer than 16 KiB');
  if (query.sql.includes('\0')) throw refused('the query holds a zero byte');
  const serialized = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [query.sql]);
  checkSyntaxTree(JSON.parse(String(serialized.getRows()[0]?.[0])));
  const statements = await connection.extractStatements(query.sql);
  if (statements.count !== 1) throw refused('one statement at a time, please');
  const prepared = await statements.prepare(0).catch(async (error: unknown) => {
    throw await explained(connection, query.sql, error);
  });
  try {
    if (prepared.statementType !== StatementType.SELECT) throw refused('only SELECT is allowed');
    if (prepared.parameterCount > 0) throw refused('parameters are not supported; write the values');
    await connection.run('BEGIN TRANSACTION READ ONLY');
    return await readRows(await prepared.stream(), query.rowsMax);
  } finally {
    prepared.destroySync();
  }
}

type Stream = Awaited<ReturnType<DuckDBConnection['stream']>>;

async function readRows(stream: Stream, rowsMax: number): Promise<SqlResult> {
  const result: SqlResult = { columns: stream.deduplicatedColumnNames(), rows: [], truncated: false };
  let bytes = 0;
  for (
    let chunk = await stream.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await stream.fetchChunk()
  ) {
    for (const row of chunk.getRows()) {
      const values = row.map(jsonValue);
      for (const value of values) bytes += typeof value === 'string' ? value.length + 2 : 8;
      if (result.rows.length >= rowsMax || bytes > sqlLimits.resultBytesMax) {
        result.truncated = true;
        return result;
      }
      result.rows.push(values);
    }
  }
  return result;
}
