/** Processes that are killed while they delete, thin and move what they have stored. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { epochMs, writerBatch, writerRetention } from './batches.ts';
import { notBuilt, writerThatHasConfirmed } from './writer-process.ts';

const never = new AbortController().signal;
let folder: string;
let path: string;
let store: ReadingStore | null = null;

function newStore(): ReadingStore {
  const options = { path, memoryMiBMax: 128, threads: 2, timeoutMs: 30_000, spareBytesMax: 1 };
  return createEmbeddedStore(options, { clock: systemClock, log: silentLog });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-retention-kills-'));
  path = join(folder, 'telemetry.duckdb');
});
afterEach(async () => {
  await store?.stop();
  await rm(folder, { recursive: true, force: true });
});

test.skipIf(notBuilt !== null)(
  'repeated kill -9 while readings are deleted and thinned: what is to be kept is there, once (needs npm run build:tests)',
  { tags: ['long'], timeout: 120_000 },
  async () => {
    let last = 0;
    for (let round = 0; round < 3; round++) {
      const { child, confirmed } = await writerThatHasConfirmed(path, last + 1, 80 - round, 'retain');
      child.kill('SIGKILL');
      await once(child, 'close');
      const opened = newStore();
      store = opened;
      await opened.start();
      const query = async (sql: string) =>
        (await opened.sql!({ sql, rowsMax: 100_000, timeoutMs: 30_000 })).rows;
      last = Number((await query('select max(b) from pump'))[0]![0]);
      expect(last).toBeGreaterThanOrEqual(Math.max(...confirmed));
      // The store knows resent batches, whether their readings are still there or not.
      for (let seq = 1; seq <= last; seq++) await opened.write(writerBatch(seq), never);
      const { rules, realMs } = writerRetention(last);
      const { keepMs, thin } = rules.ruleOf('pump');
      await opened.retention!.apply(rules, { realMs, isDryRun: false, signal: never });
      const minuteMs = 60_000;
      const hourMs = 3_600_000;
      // The first minute may have lost its beginning before it was thinned.
      const fromMs = (Math.floor((realMs - keepMs!) / minuteMs) + 2) * minuteMs;
      const thinnedToMs = Math.floor((realMs - thin!.afterMs) / hourMs) * hourMs;
      const expected = new Map<string, number[]>();
      for (let seq = 1; seq <= last; seq++) {
        for (let i = 0; i < 200; i++) {
          const atMs = epochMs + (seq * 200 + i) * 1000;
          if (atMs < fromMs || (seq % 16 === 0 && i === 0)) continue;
          const keptMs = atMs < thinnedToMs ? Math.floor(atMs / minuteMs) * minuteMs : atMs;
          const key = `${keptMs} m${i % 7}`;
          expected.set(key, [...(expected.get(key) ?? []), i]);
        }
      }
      const found = await query(
        `select epoch_ms(time), machine, a from pump where a is not null and epoch_ms(time) >= ${fromMs}`,
      );
      const round3 = (value: number) => Math.round(value * 1000) / 1000;
      const mean = (values: number[]) => round3(values.reduce((sum, value) => sum + value) / values.length);
      expect(found.map(([ms, machine, a]) => `${ms} ${machine} ${round3(Number(a))}`).sort()).toEqual(
        [...expected].map(([key, values]) => `${key} ${mean(values)}`).sort(),
      );
      await opened.stop();
    }
  },
);
