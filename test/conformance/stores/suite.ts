/**
 * The suite that every store of readings must pass (test/conformance/stores), for the embedded store and for a real
 * InfluxDB. stores.test.ts runs it; the tests beside it are about one store: its failures, SQL, columns and answers.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ReadingStore, StoreBatch } from '../../../cloud/ports/store.ts';
import { alertLines } from '../../../cloud/sink/alerts/alert-lines.ts';
import { stores } from '../../../cloud/store/stores.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { partOfKind } from '../../../shared/parts/registry.ts';
import { expectDeclaredReports } from '../reports.ts';
import { batchOf, epochMs, pumpLine, pumpLines } from './batches.ts';
import { describeReads } from './suite-of-reads.ts';

export interface StoreHarness {
  kind: string;
  title: string;
  /** Why the store cannot be had here; null if it can. */
  skip: string | null;
  /** Starts the servers that the stores need; called once. */
  up(): Promise<void>;
  down(): Promise<void>;
  /** Creates a store, not started, on empty storage of its own. */
  create(): Promise<StoreUnderTest>;
}

export interface StoreUnderTest {
  store: ReadingStore;
  /** A second store on the same data, after the first one was stopped. Not started. */
  again(): Promise<ReadingStore>;
  /** Whether lines are rejected whose field has another type than before; if not, their values are stored beside. */
  rejectsOtherTypes: boolean;
  /** Exact times (ns) of a measurement's points, ascending. */
  timesNs(measurement: string): Promise<bigint[]>;
}

const never = new AbortController().signal;

export function describeReadingStore(harness: StoreHarness): void {
  const { kind, title, skip } = harness;
  describe.skipIf(skip !== null)(skip === null ? title : `${title} (skipped: ${skip})`, () => {
    let under: StoreUnderTest;
    let store: ReadingStore;
    const write = (batch: StoreBatch) => store.write(batch, never);
    const pump = {
      measurement: 'pump',
      site: 'plant',
      machine: 'm1',
      fromMs: epochMs,
      toMs: epochMs + 3_600_000,
    };

    beforeAll(() => harness.up());
    afterAll(() => harness.down());
    beforeEach(async () => {
      under = await harness.create();
      store = under.store;
      await store.start();
    });
    afterEach(() => store.stop());

    test('writes and reads back', async () => {
      const lines = [
        pumpLine(0, 'rpm=1450.5,temp=-3.25e-2'),
        pumpLine(1, 'temp=7'),
        pumpLine(2, 'rpm=0,temp=1e300'),
      ];
      expect(await write(batchOf({ blocks: [lines] }))).toEqual({ rejected: [] });
      expect(await store.counts()).toEqual({ pump: 3 });
      expect(await store.series({ ...pump, pointsMax: 10 })).toEqual([
        { timeMs: epochMs, values: { rpm: 1450.5, temp: -0.0325 } },
        { timeMs: epochMs + 1000, values: { rpm: null, temp: 7 } },
        { timeMs: epochMs + 2000, values: { rpm: 0, temp: 1e300 } },
      ]);
      expect(await store.healthy()).toBe(true);
    });

    test('deletes a machine in every measurement, and no other one', async () => {
      const lines = [
        ...pumpLines(0, 20),
        ...Array.from({ length: 10 }, (_, i) => pumpLine(i, 'rpm=1', "m'2")),
        ...pumpLines(0, 5).map((line) => line.replace('pump,', 'estimate,')),
        ...pumpLines(0, 5).map((line) => line.replace('gw1', 'gw2')),
      ];
      await write(batchOf({ blocks: [lines] }));
      const name = { gateway: 'gw1', site: 'plant', machine: 'm1' };
      const deleted = await store.deleteMachine(name, never);
      expect(deleted.isComplete).toBe(true);
      expect([null, 25]).toContain(deleted.rows);
      const left = Object.entries(await store.counts()).filter(([, count]) => count > 0);
      expect(left).toEqual([['pump', 15]]);
      expect(await store.series({ ...pump, gateway: 'gw1', pointsMax: 10 })).toEqual([]);
      expect(await store.series({ ...pump, gateway: 'gw2', pointsMax: 10 })).toHaveLength(5);
      expect(await store.deleteMachine({ ...name, machine: "m'2" }, never)).toMatchObject({
        isComplete: true,
      });
      // Sending again what was deleted writes blocks that are known, or the same points.
      await write(batchOf({ blocks: [pumpLines(0, 3)], firstSeq: 7 }));
      expect(await store.series({ ...pump, gateway: 'gw1', pointsMax: 10 })).toHaveLength(3);
    });

    test('deletes what a machine has after a time, or until one', async () => {
      await write(batchOf({ blocks: [pumpLines(0, 10)] }));
      const name = { gateway: 'gw1', site: 'plant', machine: 'm1' };
      const left = async () =>
        (await store.series({ ...pump, gateway: 'gw1', pointsMax: 100 })).map(
          ({ timeMs }) => timeMs - epochMs,
        );
      await store.deleteMachine({ ...name, afterMs: epochMs + 7_000 }, never);
      expect(await left()).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((s) => s * 1_000));
      await store.deleteMachine({ ...name, untilMs: epochMs + 2_000 }, never);
      expect(await left()).toEqual([3, 4, 5, 6, 7].map((s) => s * 1_000));
      await store.deleteMachine({ ...name, afterMs: epochMs + 3_000, untilMs: epochMs + 6_000 }, never);
      expect(await left()).toEqual([3_000, 7_000]);
    });

    test('keeps changes of alerts, whose tags are more than those of readings', async () => {
      const known = { p10: 12, p50: 20, p90: 31, unit: 'cycles' };
      const lineOf = (change: 'opened' | 'updated' | 'resolved', s: number, life: typeof known | null) => {
        const event = predictionEvent(change, s, { site: 'plant', machine: 'm1', remainingLife: life });
        return alertLines('gw1', event, `${epochMs + s * 1_000}000000`);
      };
      const lines = [lineOf('opened', 0, known), lineOf('updated', 1, null), lineOf('resolved', 2, null)];
      expect(await write(batchOf({ blocks: [lines.flat()] }))).toEqual({ rejected: [] });
      expect(await store.counts()).toEqual({ alert: 3 });
      const query = { ...pump, gateway: 'gw1', measurement: 'alert', fields: ['remaining_life', 'outcome'] };
      expect(await store.texts({ ...query, pointsMax: 10, fieldsMax: 2 })).toEqual({
        remaining_life: [
          { timeMs: epochMs, text: '20 cycles (12 to 31)' },
          { timeMs: epochMs + 1_000, text: 'unknown' },
          { timeMs: epochMs + 2_000, text: 'unknown' },
        ],
        outcome: ['open', 'open', 'ended'].map((text, s) => ({ timeMs: epochMs + s * 1_000, text })),
      });
    });

    test('reports what it declares', async () => {
      await write(batchOf({ blocks: [pumpLines(0, 3)] }));
      await expectDeclaredReports(partOfKind(stores, kind), store);
    });

    test('accepts a batch that is not gzipped', async () => {
      await write(batchOf({ blocks: [pumpLines(0, 10), pumpLines(10, 10)], gzip: false }));
      expect(await store.counts()).toEqual({ pump: 20 });
    });

    test('the same batch written twice is stored once', async () => {
      const batch = batchOf({ blocks: [pumpLines(0, 20), pumpLines(20, 5)] });
      await write(batch);
      await write(batch);
      expect(await store.counts()).toEqual({ pump: 25 });
    });

    test('blocks regrouped into other batches are stored once', async () => {
      const blocks = [pumpLines(0, 3), pumpLines(3, 3), pumpLines(6, 3), pumpLines(9, 3)];
      await write(batchOf({ blocks: blocks.slice(0, 2) }));
      await write(batchOf({ blocks: blocks.slice(1, 4), firstSeq: 2 }));
      await write(batchOf({ blocks }));
      expect(await store.counts()).toEqual({ pump: 12 });
    });

    test('equal block numbers of another journal or gateway are other blocks', async () => {
      await write(batchOf({ blocks: [pumpLines(0, 2)] }));
      await write(batchOf({ blocks: [pumpLines(2, 2)], journal: 'ffffffffffffffff' }));
      await write(batchOf({ blocks: [pumpLines(4, 2)], gateway: 'gw2' }));
      expect(await store.counts()).toEqual({ pump: 6 });
    });

    test('concurrent writes are all stored', async () => {
      const batches = Array.from({ length: 12 }, (_, i) =>
        batchOf({ blocks: [pumpLines(i * 50, 50)], gateway: `gw${i}` }),
      );
      await Promise.all(batches.map(write));
      expect(await store.counts()).toEqual({ pump: 600 });
    });

    test('rejects exactly the bad lines and stores the rest', async () => {
      const bad = [
        'this is not line protocol',
        'pump,gateway=gw1,machine=m1,site=plant rpm=NaN 1700000000000000000',
        'pump,gateway=gw1,machine=m1,site=plant rpm=1e999 1700000000000000001',
        'pump,gateway=gw1,machine=m1,site=plant rpm=1',
        'pump,gateway=gw1,machine=m1,site=plant rpm= 1700000000000000002',
        'pump,gateway=gw1,machine=m1,site=plant  1700000000000000003',
        'pump,gateway=gw1,machine=m1,site=plant note="open 1700000000000000004',
        'pump,gateway=gw1,machine=m1,site=plant rpm=1 99999999999999999999',
        '#pump,gateway=gw1,machine=m1,site=plant rpm=1 1700000000000000005',
        ' pump,gateway=gw1,machine=m1,site=plant rpm=1 1700000000000000006',
        'pump,gateway=gw1,machine=m1,site=plant rpm=1.2.3 1700000000000000007',
      ];
      const good = pumpLines(0, bad.length);
      const lines = good.flatMap((line, i) => [line, bad[i]!]);
      const { rejected } = await write(batchOf({ blocks: [lines] }));
      expect(rejected.map(({ line }) => line).sort()).toEqual([...bad].sort());
      for (const { reason } of rejected) expect(reason).not.toBe('');
      expect(await store.counts()).toEqual({ pump: good.length });
    });

    test('reports the same rejected lines when the batch is written again', async () => {
      const batch = batchOf({ blocks: [[pumpLine(0), 'nonsense'], [pumpLine(1)]] });
      await write(batch);
      expect((await write(batch)).rejected).toEqual([{ line: 'nonsense', reason: expect.any(String) }]);
      expect(await store.counts()).toEqual({ pump: 2 });
    });

    test('a batch of bad lines only does not block the next one', async () => {
      const { rejected } = await write(batchOf({ blocks: [['nonsense', 'more nonsense']] }));
      expect(rejected).toHaveLength(2);
      await write(batchOf({ blocks: [pumpLines(0, 1)], firstSeq: 2 }));
      expect(await store.counts()).toEqual({ pump: 1 });
    });

    test('a field keeps its type: fields in conflict are rejected, with the reason, and nothing else; or nothing is', async () => {
      await write(batchOf({ blocks: [[pumpLine(0, 'rpm=1,mode="auto"')]] }));
      const conflicts = [
        pumpLine(1, 'rpm="fast"'),
        pumpLine(2, 'mode=3'),
        pumpLine(3, 'rpm="slow",temp=1'),
        pumpLine(4, 'rpm=true'),
      ];
      const lines = conflicts.flatMap((line, i) => [
        pumpLine(10 + i),
        line,
        pumpLine(20 + i, `temp=${i},rpm=2`),
      ]);
      const { rejected } = await write(batchOf({ blocks: [lines], firstSeq: 2 }));
      const fields = conflicts.map((line) => line.replace(',temp=1', '')).sort();
      expect(rejected.map(({ line }) => line).sort()).toEqual(under.rejectsOtherTypes ? fields : []);
      for (const { reason } of rejected) expect(reason).toMatch(/field type conflict/);
      expect(await store.counts()).toEqual({ pump: under.rejectsOtherTypes ? 10 : 13 });
    });

    test('times are stored to the nanosecond, and remain distinct', async () => {
      const times = [0n, 1n, 2n, 999_999_999n, 1_000_000_000n].map(
        (offset) => BigInt(epochMs) * 1_000_000n + offset,
      );
      const all = [-1n, 1n, 4_294_967_296n, ...times, 9_223_372_036_854_775_000n];
      const lines = all.map((time) => `pump,gateway=gw1,machine=m1,site=plant rpm=1 ${time}`);
      expect(await write(batchOf({ blocks: [lines] }))).toEqual({ rejected: [] });
      expect(await under.timesNs('pump')).toEqual(all);
    });

    test('50,000 lines in one batch', async () => {
      const blocks = Array.from({ length: 10 }, (_, block) =>
        Array.from({ length: 5_000 }, (_, i) =>
          pumpLine(block * 5_000 + i, `a=${i},b=${i / 7},c=-1`, `m${i % 40}`),
        ),
      );
      await write(batchOf({ blocks }));
      expect(await store.counts()).toEqual({ pump: 50_000 });
    });

    test('a column that is added later, and lines with one field each', async () => {
      await write(batchOf({ blocks: [[pumpLine(0, 'a=1'), pumpLine(1, 'b=2'), pumpLine(2, 'c=3')]] }));
      await write(batchOf({ blocks: [[pumpLine(3, 'd=4'), pumpLine(4, 'a=5')]], firstSeq: 2 }));
      expect(await store.counts()).toEqual({ pump: 5 });
      const points = await store.series({ ...pump, fields: ['a', 'd'], pointsMax: 10 });
      expect(points.map(({ values }) => values)).toEqual([
        { a: 1, d: null },
        { a: null, d: 4 },
        { a: 5, d: null },
      ]);
    });

    describeReads(() => store);

    test('names that differ only in case are different', async () => {
      await write(
        batchOf({ blocks: [[pumpLine(0, 'Temp=1,temp=2'), pumpLine(0, 'a=1').replace('pump', 'Pump')]] }),
      );
      expect(await store.counts()).toEqual({ pump: 1, Pump: 1 });
      const points = await store.series({ ...pump, pointsMax: 5 });
      expect(points[0]?.values).toEqual({ Temp: 1, temp: 2 });
    });

    test('a cancelled write fails, and can be repeated', async () => {
      const batch = batchOf({ blocks: [pumpLines(0, 5)] });
      await expect(store.write(batch, AbortSignal.abort())).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retry: true,
      });
      await write(batch);
      expect(await store.counts()).toEqual({ pump: 5 });
    });

    test('keeps everything over a restart, and continues', async () => {
      const blocks = [[pumpLine(0, 'rpm=1,mode="a"')], pumpLines(1, 4)];
      await write(batchOf({ blocks: blocks.slice(0, 1) }));
      await store.stop();
      store = await under.again();
      await store.start();
      await write(batchOf({ blocks }));
      const { rejected } = await write(
        batchOf({ blocks: [[pumpLine(9, 'rpm="x"'), pumpLine(10, 'new=1')]], firstSeq: 3 }),
      );
      expect(rejected).toHaveLength(under.rejectsOtherTypes ? 1 : 0);
      expect(await store.counts()).toEqual({ pump: under.rejectsOtherTypes ? 6 : 7 });
    });
  });
}
