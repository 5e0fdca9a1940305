import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

it('keeps the journals that were written last, over compactions too, and is then no longer long', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE SCHEMA harbinger; CREATE TABLE harbinger.blocks(
    gateway VARCHAR, journal VARCHAR, lane VARCHAR, last_seq BIGINT)`);
  // The newer a journal, the lower its numbers: a disk that was replaced begins at 1.
  const add = (from: number, to: number) =>
    connection.run(`INSERT INTO harbinger.blocks
      SELECT 'g', 'j' || (i // 1000), 'readings', 1000000 - (i // 1000) * 1000 + i % 1000
      FROM range(${from}, ${to}) AS r(i) ORDER BY i`);
  const batch = (number: number) =>
    ({ gateway: 'g', journal: `j${number}`, lane: 'readings' }) as Parameters<Ledger['last']>[0];
  const known = (ledger: Ledger) =>
    Array.from({ length: 70 }, (_, i) => i).filter((number) => ledger.last(batch(number)) > 0);
  await add(0, 60_000);
  const ledger = await Ledger.load(connection);
  expect(ledger.isLong).toBe(true);
  await ledger.compact(connection);
  expect(ledger.isLong).toBe(false);
  expect(known(ledger)).toEqual(Array.from({ length: 16 }, (_, i) => 44 + i));
  expect(ledger.last(batch(59))).toBe(1_000_000 - 59_000 + 999);
  await add(60_000, 62_000);
  await ledger.compact(connection);
  expect(known(await Ledger.load(connection))).toEqual(Array.from({ length: 16 }, (_, i) => 46 + i));
  connection.closeSync();
  instance.closeSync();
});
