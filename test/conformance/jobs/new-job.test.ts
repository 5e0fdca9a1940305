/** A new job needs nothing but its folder and a line: what it may use is all there, and works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lossEvent } from '../../../gateway/lanes/events.ts';
import type { DataPlane } from '../../../gateway/pipeline/plane.ts';
import { type GatewayJobDeps, gatewayJobPart } from '../../../gateway/ports/job.ts';
import { jobSettings } from '../../../shared/jobs/config.ts';
import { createConfiguredJobs } from '../../../shared/jobs/jobs.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { openGatewayPlane } from '../data-plane.ts';
import { jobDeps } from './operations.ts';

/** Sends dead letters through the pipeline again, remembers how often it has run, and tells the cloud what it dropped. */
const night = gatewayJobPart({
  kind: 'night',
  about: 'Tries dead letters again.',
  config: Type.Object(jobSettings('@daily'), { additionalProperties: false }),
  create: (_config, { gateway, clock, dataDir, openRecords, outbox, deadLetters, refused }) => ({
    async run() {
      const records = await openRecords(join(dataDir, 'night'));
      const runs = Number((await records.get('runs')) ?? 0) + 1;
      await records.write([{ key: 'runs', value: Buffer.from(String(runs)) }], true);
      await records.stop();
      await deadLetters.redrive('all');
      const { dropped } = await deadLetters.drop('all');
      const { dropped: batches } = await refused.drop('all');
      const loss = { lane: 'readings', cause: 'night', blocks: batches, lines: dropped, bytes: 0 };
      await outbox.event(lossEvent(gateway, `night-${runs}`, clock.nowMs(), loss));
    },
  }),
});

let folder = '';
let plane: DataPlane;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-new-job-'));
});
afterEach(async () => {
  await plane.calls.stop();
  rmSync(folder, { recursive: true });
});

it('reaches dead letters, refused batches, outbox and records', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  plane = await openGatewayPlane(folder, clock);
  const message = { client: 'c', receivedMs: clock.nowMs(), resend: false, connection: 0 };
  await plane.take((each) => each({ ...message, topic: 'nowhere', payload: Buffer.from('x') }));
  const deps = { ...jobDeps(plane, { clock, dataDir: folder }), log: silentLog };
  const config = { night: { schedule: '@daily' } };
  const jobs = await createConfiguredJobs<GatewayJobDeps>([night], config, deps, clock);
  await jobs.run('night');
  await jobs.run('night');
  expect(jobs.stats()).toMatchObject([{ runs: 2, failures: 0, lastRun: { ok: true } }]);
  const status = await plane.calls.status();
  expect(status).toMatchObject({ deadLettersRedriven: 1, deadLetters: { count: 0 } });
  expect(status.backlog.events).toMatchObject({ blocks: 2 });
  const records = await deps.openRecords(join(folder, 'night'));
  expect(String(await records.get('runs'))).toBe('2');
  await records.stop();
  await jobs.stop();
});
