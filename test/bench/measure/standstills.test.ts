import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { LatencyLog, readLatencyLog } from '../../load/record/latency-log.ts';
import { StandstillWatch, withoutStandstills } from './standstills.ts';

const watch = new StandstillWatch();
afterEach(() => watch.stop());

it('leaves out messages due around a standstill, however long they took', () => {
  const entries = [0, 79, 80, 100, 150, 200, 201, 500].flatMap((dueAtMs) => [
    { dueAtMs, latencyMs: 1 },
    { dueAtMs, latencyMs: 1_000 },
  ]);
  const left = withoutStandstills(entries, [{ fromMs: 100, untilMs: 121 }]);
  expect(left.map(({ dueAtMs }) => dueAtMs)).toEqual([0, 0, 79, 79, 201, 201, 500, 500]);
  expect(withoutStandstills(entries, [])).toEqual(entries);
});

it('reads latencies as they were written, and keeps no more than its limit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latencies-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = new LatencyLog(2);
  for (const latencyMs of [1.25, 3, 4]) log.add(latencyMs, 10 * latencyMs);
  log.write(join(folder, 'log'));
  const due = (ms: number) => performance.timeOrigin + ms;
  expect(readLatencyLog(join(folder, 'log'))).toEqual([
    { dueAtMs: due(12.5), latencyMs: 1.25 },
    { dueAtMs: due(30), latencyMs: 3 },
  ]);
});

it('detects that it was not scheduled on a core', async (test) => {
  if (!(await watch.start())) return test.skip('a watch needs root, chrt, taskset and a build');
  const [pid] = watch.pids;
  const stoppedAtMs = Date.now();
  process.kill(pid!, 'SIGSTOP');
  await vi.waitFor(() => expect(Date.now() - stoppedAtMs).toBeGreaterThan(50), 30_000);
  process.kill(pid!, 'SIGCONT');
  await vi.waitFor(
    () => expect(watch.standstills.some(({ fromMs, untilMs }) => untilMs - fromMs > 40)).toBe(true),
    5_000,
  );
});
