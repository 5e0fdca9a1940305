import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { journalsPerLaneMax, Ledger } from './ledger.ts';

it('keeps the journals that were written last, over compactions too, and is then no longer long', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE SCHEMA harbinger; CREATE TABLE harbinger.blocks(
    gateway VARCHAR, journal VARCHAR, lane VARCHAR, last_seq BIGINT)`);
  // The newer a journal, the lower its numbers: a disk that was replaced begins at 1.
  const add = (from: number, to: number) =>
    connection.run(`INSERT INTO harbinger.blocks
      SELECT 'g', 'j' || (i // 50), 'readings', 1000000 - (i // 50) * 50 + i % 50
      FROM range(${from}, ${to}) AS r(i) ORDER BY i`);
  const batch = (number: number) =>
    ({ gateway: 'g', journal: `j${number}`, lane: 'readings' }) as Parameters<Ledger['last']>[0];
  const known = (ledger: Ledger) =>
    Array.from({ length: 1_300 }, (_, i) => i).filter((number) => ledger.last(batch(number)) > 0);
  const latest = (newest: number) =>
    Array.from({ length: journalsPerLaneMax }, (_, i) => newest - journalsPerLaneMax + 1 + i);
  await add(0, 60_000);
  const ledger = await Ledger.load(connection);
  expect(ledger.isLong).toBe(true);
  await ledger.compact(connection);
  expect(ledger.isLong).toBe(false);
  expect(known(ledger)).toEqual(latest(1_199));
  expect(ledger.last(batch(1_199))).toBe(1_000_000 - 1_199 * 50 + 49);
  await add(60_000, 62_000);
  await ledger.compact(connection);
  expect(known(await Ledger.load(connection))).toEqual(latest(1_239));
  connection.closeSync();
  instance.closeSync();
});
