/**
 * Space of the database file. A checkpoint makes the blocks of deleted rows free for new ones, and cuts free blocks off
 * the end of the file; free blocks in its middle stay in the file. So the rows at the end are moved to free blocks
 * further ahead until the file can be cut: in transactions, while storing goes on, without a second file, and in a form
 * in which a crash at any moment leaves each row once.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { StoreSpace } from '../../../ports/retention/store-retention.ts';
import { quoted } from '../tables.ts';
import type { Work } from './work.ts';

/** The file may have so much more than is used, as room for the next day; then nothing is moved. */
const spareShareMax = 0.15;
/** Row groups that are moved between two checkpoints; each has at most 122,880 rows. With more, commits wrote checkpoints. */
const groupsAtOnce = 1;
/** Cells that are moved in one transaction, in a part of a second; they are in memory meanwhile. */
const cellsInPieceMax = 500_000;
/** The end of the file may hold what cannot be moved. */
const futileMax = 3;

type DatabaseSpace = Pick<StoreSpace, 'usedBytes' | 'diskBytes'>;

export async function readSpace(connection: DuckDBConnection): Promise<DatabaseSpace> {
  const { usedBytes, diskBytes } = await readBlocks(connection);
  return { usedBytes, diskBytes };
}

async function readBlocks(connection: DuckDBConnection): Promise<DatabaseSpace & { blockBytes: number }> {
  const found = await connection.runAndReadAll(
    `SELECT block_size::DOUBLE, total_blocks::DOUBLE, used_blocks::DOUBLE, wal_size FROM pragma_database_size()
     WHERE database_name = current_database()`,
  );
  const [block, total, used, wal] = (found.getRows()[0] ?? [0, 0, 0, '0 bytes']) as [
    number,
    number,
    number,
    string,
  ];
  const walBytes = bytesOf(wal);
  return { usedBytes: block * used + walBytes, diskBytes: block * total + walBytes, blockBytes: block };
}

/** DuckDB writes sizes for people: `13.2 MiB`. */
function bytesOf(text: string): number {
  const [, amount = '0', unit = ''] = /^([\d.]+) (\w+)/.exec(text) ?? [];
  const power = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit);
  return Math.round(Number(amount) * 1024 ** Math.max(0, power));
}

/** @returns whether everything was done that helps */
export async function giveBack(work: Work): Promise<boolean> {
  let futile = 0;
  let leastBytes = Number.POSITIVE_INFINITY;
  while (futile < futileMax) {
    if (work.isOver) return false;
    await work.checkpoint();
    const { usedBytes, diskBytes, blockBytes } = await work.deps.read(readBlocks);
    const wantedBytes = usedBytes + Math.max(work.deps.spareBytesMax, usedBytes * spareShareMax);
    if (diskBytes <= wantedBytes) return true;
    futile = diskBytes < leastBytes ? 0 : futile + 1;
    leastBytes = Math.min(leastBytes, diskBytes);
    const last = await work.deps.read((connection) => lastGroups(connection, wantedBytes / blockBytes));
    if (last.length === 0) return true;
    for (const group of last) {
      for (let from = group.from; from < group.to; from += group.step) {
        if (work.isOver) return false;
        const to = Math.min(group.to, from + group.step);
        await work.piece((connection) => move(connection, group.table, from, to));
      }
    }
  }
  return true;
}

interface RowGroup {
  /** For SQL. */
  table: string;
  /** Row numbers. */
  from: number;
  to: number;
  /** Rows in one piece. */
  step: number;
  lastBlock: number;
}

/** The row groups that lie behind the block, those closest to the end of the file first. */
async function lastGroups(connection: DuckDBConnection, behindBlock: number): Promise<RowGroup[]> {
  const groups: RowGroup[] = [];
  const tables = await connection.runAndReadAll(
    'SELECT schema_name, table_name, column_count::DOUBLE FROM duckdb_tables() WHERE NOT temporary',
  );
  for (const [schema, name, columns] of tables.getRows() as [string, string, number][]) {
    const table = `${quoted(schema)}.${quoted(name)}`;
    const found = await rowGroups(connection, table);
    if (schema === 'main') {
      const step = Math.max(2_048, Math.floor(cellsInPieceMax / columns));
      groups.push(...found.map((group) => ({ ...group, table, step })));
    } else {
      // Bookkeeping is small, and its order has a meaning: a table is moved as a whole.
      const lastBlock = Math.max(-1, ...found.map((group) => group.lastBlock));
      const to = found.at(-1)?.to ?? 0;
      groups.push({ table, from: 0, to, step: Math.max(1, to), lastBlock });
    }
  }
  return groups
    .filter(({ lastBlock }) => lastBlock > behindBlock)
    .sort((a, b) => b.lastBlock - a.lastBlock)
    .slice(0, groupsAtOnce);
}

async function rowGroups(connection: DuckDBConnection, table: string) {
  const found = await connection.runAndReadAll(
    `SELECT coalesce(max(block_id), -1)::DOUBLE,
       sum(count) FILTER (WHERE column_id = 0 AND segment_type <> 'VALIDITY')::DOUBLE
     FROM pragma_storage_info('${table.replaceAll("'", "''")}') GROUP BY row_group_id ORDER BY row_group_id`,
  );
  let from = 0;
  return (found.getRows() as [number, number | null][]).map(([lastBlock, rows]) => {
    const group = { from, to: from + (rows ?? 0), lastBlock };
    from = group.to;
    return group;
  });
}

/** Appends rows anew, which puts them into the first free blocks, and deletes them where they were. */
async function move(connection: DuckDBConnection, table: string, from: number, to: number): Promise<void> {
  const which = `FROM ${table} WHERE rowid >= ${from} AND rowid < ${to}`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE moved AS SELECT * ${which}`);
  await connection.run(`DELETE ${which}`);
  await connection.run(`INSERT INTO ${table} SELECT * FROM temp.moved`);
  await connection.run('DROP TABLE temp.moved');
}
