/** SQL of a reader that wants more memory than there is, while gateways send. The memory of this process is measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { batchOf, pumpLine } from './batches.ts';

const memoryMiBMax = 512;
const timeoutMs = 120_000;
const never = new AbortController().signal;
let folder: string;
let store: ReadingStore;

async function open(mib: number): Promise<void> {
  const options = { path: join(folder, 'telemetry.duckdb'), memoryMiBMax: mib, threads: 2, timeoutMs };
  store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
  await store.start();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-sql-memory-'));
});
afterEach(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

const batch = (seq: number) =>
  batchOf({
    gzip: false,
    firstSeq: seq,
    blocks: [Array.from({ length: 2_000 }, (_, i) => pumpLine(seq * 2_000 + i, `a=${i}`, `p${i % 50}`))],
  });

/** Writes batches one after the other until the work ends. Returns its outcome, the batches, and the growth in MiB. */
async function writingDuring<T>(work: () => Promise<T>, firstSeq: number) {
  const before = process.memoryUsage.rss();
  let peak = before;
  let isOver = false;
  const outcome = work().finally(() => {
    isOver = true;
  });
  let seq = firstSeq;
  while (!isOver) {
    await store.write(batch(seq++), never);
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return { outcome: await outcome, seq, growthMiB: Math.round((peak - before) / 2 ** 20) };
}

test('it is stopped, and every batch is stored meanwhile', async () => {
  await open(memoryMiBMax);
  const hogs = [
    // Unlimited, its states took 1,300 MiB outside of DuckDB's own limit.
    'SELECT approx_quantile(a.range, 0.5) FROM range(100000000) a GROUP BY a.range',
    'SELECT * FROM range(300000000) a ORDER BY a.range DESC LIMIT 1 OFFSET 299999990',
    'SELECT a.range % 100000000, count(*) FROM range(1000000000) a GROUP BY 1 ORDER BY 2 LIMIT 1',
    'SELECT max(s) FROM (SELECT sum(a.range) OVER (ROWS BETWEEN 1000000 PRECEDING AND CURRENT ROW) s FROM range(50000000) a)',
  ];
  let next = 1;
  for (const sql of hogs) {
    const query = () =>
      store.sql!({ sql, rowsMax: 10, timeoutMs }).then(
        () => 'answered',
        (error: { code?: string }) => error.code,
      );
    const { outcome, seq, growthMiB } = await writingDuring(query, next);
    expect(outcome, sql).toBe('QUERY_MEMORY');
    expect(growthMiB, sql).toBeLessThan(memoryMiBMax + 200);
    expect(seq).toBeGreaterThan(next);
    next = seq;
  }
  expect(await store.counts()).toEqual({ pump: (next - 1) * 2_000 });
}, 300_000);

test('blocks of tables that are kept are not counted: a query over more than a quarter of the memory is answered', {
  tags: ['long'],
  timeout: 300_000,
}, async () => {
  // 20 columns of 200,000 numbers that do not compress are 32 MB; a query may have 32 MiB beside them.
  await open(64);
  const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
  for (let seq = 1; seq <= 40; seq++) {
    const lines = Array.from({ length: 5_000 }, (_, i) => {
      const n = seq * 5_000 + i;
      return pumpLine(n, names.map((name, k) => `${name}=${Math.sin(n * (k + 1))}`).join(','));
    });
    await store.write(batchOf({ gzip: false, firstSeq: seq, blocks: [lines] }), never);
  }
  await store.stop();
  await open(64);
  const sql = `SELECT ${names.map((name) => `count(${name})::INT`).join(', ')} FROM pump WHERE abs(f0) <= 1`;
  const { rows } = await store.sql!({ sql, rowsMax: 1, timeoutMs });
  expect(rows).toEqual([names.map(() => 200_000)]);
});
