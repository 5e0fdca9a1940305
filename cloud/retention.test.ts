/** The job of retention with a real embedded store, beside a wall clock that jumps. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Job } from '../shared/jobs/job.ts';
import { createPart } from '../shared/parts/registry.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { type Log, silentLog } from '../shared/runtime/log.ts';
import { manualClock } from '../shared/runtime/manual-clock.ts';
import { systemRandom } from '../shared/runtime/random.ts';
import { createMemoryAdmin, createMemoryOperations } from './api/memory-ports.testing.ts';
import { jobs } from './jobs/jobs.ts';
import { noTraining } from './models/no-training.testing.ts';
import type { CloudJobDeps } from './ports/job.ts';
import type { RetentionAdmin } from './ports/retention/retention.ts';
import type { ReadingStore } from './ports/store.ts';
import { createReadingStore } from './store/create-store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const never = new AbortController().signal;

let folder: string;
let store: ReadingStore;
let seq = 0;
let clock: ReturnType<typeof manualClock>;

beforeEach(async () => {
  clock = manualClock();
  folder = await mkdtemp(join(tmpdir(), 'cloud-retention-'));
  const config = { kind: 'embedded', memoryMiBMax: 256, threads: 2, timeoutMs: 60_000 } as const;
  store = await createReadingStore(config, { dataDir: folder, clock: systemClock, log: silentLog });
  await store.start();
});
afterEach(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A job with its settings, as after a start of the cloud. */
async function jobWith(
  settings: object,
  over: Partial<CloudJobDeps> = {},
): Promise<{ job: Job; admin: RetentionAdmin }> {
  let admin: RetentionAdmin | null = null;
  const { machines, alerts, events, decisions } = createMemoryOperations().ports;
  const { quarantine, notifications, audit } = createMemoryAdmin();
  const deps: CloudJobDeps = {
    ...{ clock, random: systemRandom, log: silentLog, dataDir: folder, store },
    ...{ machines, alerts, events, decisions, quarantine, notifications, audit },
    records: { clockWaitsMs: 0, deleteOld: async () => [] },
    ...noTraining,
    offerRetention: (offered) => {
      admin = offered;
    },
    ...over,
  };
  const defaults = { keepDays: 0, thinAfterDays: 0, thinToS: 60, diskShareMax: 1, measurements: [] };
  const config = { schedule: '@daily', whenFull: 'oldest-first', ...defaults, ...settings };
  const job = await createPart<CloudJobDeps, Job>(jobs, { kind: 'retention', config }, deps);
  return { job, admin: admin! };
}

/** Writes a reading for each age in days. */
function write(...agesInDays: number[]): Promise<unknown> {
  const lines = agesInDays.map(
    (days) => `pump,gateway=g,machine=m,site=s rpm=1 ${clock.nowMs() - days * dayMs}000000\n`,
  );
  const raw = Buffer.from(lines.join(''));
  const blocks = [{ seq: ++seq, lines: lines.length, bytes: raw.length }];
  return store.write({ gateway: 'g', journal: 'aa', lane: 'readings', blocks, raw, gzipped: null }, never);
}

const jump = (byMs: number) => clock.setWall(clock.nowMs() + byMs);

/** Lets time pass, with a run every three hours. */
async function pass(job: Job, hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour += 3) {
    await clock.advance(3 * hourMs);
    await job.run(never);
  }
}

it('a wall clock that jumps forward or back deletes nothing, until it has been the same for a day', {
  timeout: 120_000,
}, async () => {
  const { job, admin } = await jobWith({ keepDays: 30 });
  await write(40, 20, 0);
  await job.run(never);
  expect(admin.state().clockWaitsMs).toBe(dayMs);
  await pass(job, 21);
  expect(await store.counts()).toEqual({ pump: 3 });
  await pass(job, 6);
  expect(admin.state().clockWaitsMs).toBe(0);
  expect(await store.counts()).toEqual({ pump: 2 });

  for (const days of [91, -91, 3_650]) {
    jump(days * dayMs);
    await pass(job, 21);
    expect(await store.counts()).toEqual({ pump: 2 });
    jump(-days * dayMs);
    await pass(job, 6);
    expect(await store.counts()).toEqual({ pump: 2 });
  }

  // A jump that stays: the reading of then 20 days, and not the new one.
  jump(15 * dayMs);
  await pass(job, 21);
  expect(await store.counts()).toEqual({ pump: 2 });
  await pass(job, 6);
  expect(await store.counts()).toEqual({ pump: 1 });
});

it('a restart neither shortens nor forgets the time that the clock has been the same', {
  timeout: 120_000,
}, async () => {
  const first = await jobWith({ keepDays: 30 });
  await write(40, 0);
  await first.job.run(never);
  await pass(first.job, 12);
  jump(91 * dayMs);
  const second = await jobWith({ keepDays: 30 });
  expect(second.admin.state().clockWaitsMs).toBe(dayMs / 2);
  // The day is over; but within it there was another time, by which only the first reading is old.
  await pass(second.job, 15);
  expect(await store.counts()).toEqual({ pump: 1 });
  await pass(second.job, 12);
  expect(await store.counts()).toEqual({ pump: 0 });
});

it('what passes leave undone is in the log once, although they delete nothing', async () => {
  const said: unknown[] = [];
  const log = Object.assign(Object.create(silentLog) as Log, {
    warn: (fields: object) => void said.push(fields),
  });
  let notes: string[] = ['nothing of pump is deleted'];
  const retention = {
    space: async () => null,
    apply: async () => ({ measurements: [], isComplete: true, notes }),
  };
  const wide = Object.create(store, { retention: { value: retention } }) as ReadingStore;
  const { job } = await jobWith({ keepDays: 30 }, { store: wide, log });
  await job.run(never);
  await job.run(never);
  expect(said).toEqual([{ notes }]);
  notes = [];
  await job.run(never);
  expect(said).toHaveLength(1);
  notes = ['nothing of pump is deleted'];
  await job.run(never);
  expect(said).toHaveLength(2);
});

it('a bound that refuses is in force before the first pass', async () => {
  await write(1);
  const { job } = await jobWith({ bytesMax: 1, whenFull: 'refuse' });
  await expect(write(0)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retry: true });
  expect(await store.healthy()).toBe(false);
  await job.run(never);
  await expect(write(0)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await jobWith({ bytesMax: 1 << 30, whenFull: 'refuse' });
  await write(0);
  expect(await store.counts()).toEqual({ pump: 2 });
});
