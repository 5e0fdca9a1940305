/** The suite that every store which deletes and thins by age must pass. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RetentionPass, RetentionRules } from '../../../cloud/ports/retention/store-retention.ts';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { batchOf, epochMs } from './batches.ts';
import type { StoreHarness, StoreUnderTest } from './suite.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const never = new AbortController().signal;

/** Days to keep for each measurement, `*` for all others. */
export function keeping(days: Record<string, number>): RetentionRules {
  const ruleOf = (measurement: string) => {
    const kept = days[measurement] ?? days['*'];
    return { keepMs: kept === undefined ? null : kept * dayMs, thin: null };
  };
  return { ruleOf, bound: null };
}

export function thinning(widthMs: number, afterDays = 1): RetentionRules {
  return { ruleOf: () => ({ keepMs: null, thin: { afterMs: afterDays * dayMs, widthMs } }), bound: null };
}

/** A pass at the epoch, which is the present of these tests. */
export function apply(store: ReadingStore, rules: RetentionRules, pass: Partial<RetentionPass> = {}) {
  return store.retention!.apply(rules, { realMs: epochMs, isDryRun: false, signal: never, ...pass });
}

/** A reading `ageMs` before the epoch. */
export function lineOf(ageMs: number, fields = 'rpm=1', type = 'pump', machine = 'm1'): string {
  return `${type},gateway=gw1,machine=${machine},site=plant ${fields} ${epochMs - ageMs}000000`;
}

/** The start of an hour three days before the epoch, as an age. */
export const oldHourAge = epochMs - Math.floor((epochMs - 3 * dayMs) / hourMs) * hourMs;

export function describeRetention(harness: StoreHarness): void {
  const { title, skip } = harness;
  describe.skipIf(skip !== null)(skip === null ? title : `${title} (skipped: ${skip})`, () => {
    let under: StoreUnderTest;
    let store: ReadingStore;
    let seq = 0;

    const write = async (lines: string[]) => {
      const batch = batchOf({ blocks: [lines], firstSeq: ++seq, gzip: false });
      expect(await store.write(batch, never)).toEqual({ rejected: [] });
    };
    /** Time from the old hour in ms, and `rpm`, of each point of a machine in that hour. */
    const inOldHour = async (machine = 'm1') => {
      const fromMs = epochMs - oldHourAge;
      const query = { measurement: 'pump', site: 'plant', machine, fromMs, toMs: fromMs + hourMs - 1 };
      const points = await store.series({ ...query, fields: ['rpm'], pointsMax: 1_000 });
      return points.map(({ timeMs, values }) => [timeMs - fromMs, values.rpm]);
    };

    beforeAll(() => harness.up());
    afterAll(() => harness.down());
    beforeEach(async () => {
      under = await harness.create();
      store = under.store;
      seq = 0;
      await store.start();
    });
    afterEach(() => store.stop());

    test('what is older than the rule of its measurement goes, and nothing else', async () => {
      await write([lineOf(3 * dayMs), lineOf(2 * dayMs + 1), lineOf(2 * dayMs), lineOf(0)]);
      await write([lineOf(9 * dayMs, 'v=1', 'generic'), lineOf(4 * dayMs, 'id="x"', 'event')]);
      const outcome = await apply(store, keeping({ pump: 2, event: 5 }));
      expect(outcome).toEqual({
        measurements: [{ measurement: 'pump', deleted: 2, deletedForSpace: 0, thinned: 0, means: 0 }],
        isComplete: true,
        notes: [],
      });
      const kept = [epochMs - 2 * dayMs, epochMs].map((ms) => BigInt(ms) * 1_000_000n);
      expect(await under.timesNs('pump')).toEqual(kept);
      expect(await store.counts()).toEqual({ pump: 2, generic: 1, event: 1 });
      const next = (await apply(store, keeping({ '*': 2 }))).measurements;
      expect(next.map(({ measurement }) => measurement).sort()).toEqual(['event', 'generic']);
      expect((await apply(store, keeping({ '*': 2 }))).measurements).toEqual([]);
    });

    test('readings of decades ago go in the same pass', async () => {
      await write([lineOf(epochMs), lineOf(3_000 * dayMs), lineOf(300 * dayMs), lineOf(0)]);
      const outcome = await apply(store, keeping({ '*': 2 }));
      expect(outcome).toMatchObject({ isComplete: true, measurements: [{ deleted: 3 }] });
      expect(await store.counts()).toEqual({ pump: 1 });
    });

    test('a dry run counts and changes nothing', async () => {
      await write([lineOf(3 * dayMs), lineOf(3 * dayMs - 1), lineOf(0)]);
      const dry = await apply(store, keeping({ '*': 2 }), { isDryRun: true });
      expect(dry.measurements).toMatchObject([{ measurement: 'pump', deleted: 2 }]);
      const thin = await apply(store, thinning(hourMs), { isDryRun: true });
      expect(thin.measurements).toMatchObject([{ measurement: 'pump', thinned: 2, means: 1 }]);
      expect(await store.counts()).toEqual({ pump: 3 });
    });

    test('nothing goes while it is not known how much time has passed, or when time is up', async () => {
      await write([lineOf(3 * dayMs), lineOf(0)]);
      await apply(store, keeping({ '*': 2 }), { realMs: Number.NEGATIVE_INFINITY });
      await apply(store, thinning(hourMs), { realMs: Number.NEGATIVE_INFINITY });
      const over = await apply(store, keeping({ '*': 2 }), { signal: AbortSignal.abort() });
      expect(over).toMatchObject({ measurements: [], isComplete: false });
      expect(await store.counts()).toEqual({ pump: 2 });
    });

    test('old readings become the mean of each span and machine, and new ones stay', async () => {
      const at = (ms: number, rpm: number, machine?: string) =>
        lineOf(oldHourAge - ms, `rpm=${rpm}`, 'pump', machine);
      await write([at(0, 1), at(10_000, 2), at(59_999, 6), at(60_000, 7), at(5_000, 100, 'm2')]);
      await write([lineOf(0), lineOf(1_000)]);
      const outcome = await apply(store, thinning(60_000));
      expect(outcome).toEqual({
        measurements: [{ measurement: 'pump', deleted: 0, deletedForSpace: 0, thinned: 5, means: 3 }],
        isComplete: true,
        notes: [],
      });
      expect(await inOldHour()).toEqual([
        [0, 3],
        [60_000, 7],
      ]);
      expect(await inOldHour('m2')).toEqual([[0, 100]]);
      expect(await store.counts()).toEqual({ pump: 5 });
      expect((await apply(store, thinning(60_000))).measurements).toEqual([]);
      // Longer spans from now on.
      await apply(store, thinning(hourMs));
      expect(await inOldHour()).toEqual([[0, 5]]);
    });

    test('readings that arrive after their span was thinned are thinned later', async () => {
      const at = (ms: number, rpm: number) => lineOf(oldHourAge - ms, `rpm=${rpm}`);
      await write([at(1_000, 1), at(2_000, 3)]);
      await apply(store, thinning(60_000));
      await write([at(3_000, 8)]);
      await store.stop();
      store = await under.again();
      await store.start();
      await apply(store, thinning(60_000));
      expect(await inOldHour()).toEqual([[0, 5]]);
      expect((await apply(store, thinning(60_000))).measurements).toEqual([]);
    });

    test('readings that are written while others are thinned are neither lost nor in the means of others', async () => {
      const count = 500;
      const lines = Array.from({ length: count }, (_, i) =>
        lineOf(oldHourAge - 2 * hourMs - i * 7_000, 'rpm=5'),
      );
      await write(lines);
      const thinned = apply(store, thinning(60_000));
      for (let i = 0; i < 20; i++) await write([lineOf(i), lineOf(oldHourAge - 60_000 * i, 'rpm=9')]);
      await thinned;
      expect((await inOldHour()).map(([, rpm]) => rpm)).toEqual(Array(20).fill(9));
      const { pump } = await store.counts();
      // 500 readings in 59 minutes, 20 in 20 minutes, 20 new ones.
      expect(pump).toBe(59 + 20 + 20);
    });
  });
}
