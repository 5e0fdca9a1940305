import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createMemoryAdmin, createMemoryOperations } from '../../../cloud/api/memory-ports.testing.ts';
import { noTraining } from '../../../cloud/models/no-training.testing.ts';
import type { CloudJobDeps } from '../../../cloud/ports/job.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { SettledTime } from '../../../shared/bounds/settled-time.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { batchOf } from '../stores/batches.ts';
import type { JobHarness } from './suite.ts';

const dayMs = 86_400_000;

/** An embedded store with a reading of today and one that is a hundred days old, beside a clock that has been the same for days. */
export const cloudRetentionHarness: JobHarness<CloudJobDeps> = {
  kind: 'retention',
  settings: { keepDays: 30 },
  async start(clock, folder) {
    const time = new SettledTime(clock, dayMs);
    await clock.advance(2 * dayMs);
    writeFileSync(join(folder, 'retention.json'), JSON.stringify({ time: time.saved() }));
    const path = join(folder, 'telemetry.duckdb');
    // The pauses within a pass are real ones.
    const store = createEmbeddedStore(
      { path, memoryMiBMax: 256, threads: 2, timeoutMs: 60_000 },
      { clock: systemClock, log: silentLog },
    );
    await store.start();
    const line = (atMs: number) => `pump,gateway=g,machine=m,site=s rpm=1 ${atMs}000000`;
    const lines = [line(clock.nowMs() - 100 * dayMs), line(clock.nowMs())];
    await store.write(batchOf({ blocks: [lines], gateway: 'g' }), new AbortController().signal);
    expect(await store.counts()).toEqual({ pump: 2 });
    const { machines, alerts, events, decisions } = createMemoryOperations().ports;
    const { quarantine, notifications, audit } = createMemoryAdmin();
    return {
      deps: {
        clock,
        random: systemRandom,
        dataDir: folder,
        store,
        ...{ machines, alerts, events, decisions, quarantine, notifications, audit },
        records: { clockWaitsMs: 0, deleteOld: async () => [] },
        offerRetention: () => undefined,
        ...noTraining,
      },
      async expectDone(log) {
        expect(await store.counts()).toEqual({ pump: 1 });
        const measurements = [expect.objectContaining({ measurement: 'pump', deleted: 1 })];
        expect(log).toContainEqual(expect.objectContaining({ msg: 'retention', measurements }));
      },
      stop: () => store.stop(),
    };
  },
};
