/** When figures of trials are told. */
import { expect, it } from 'vitest';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { Trial } from './trial.ts';
import { TrialReports } from './trial-reports.ts';

it('a trial is told of soon after it has begun, however long nothing was tried, and then seldom', async () => {
  const clock = manualClock();
  const [candidate, against] = ['2.1.0', '2.0.0'].map((version) => ({ name: 'pump-rul', version }));
  const about = {
    role: 'shadow',
    machineType: 'pump',
    candidate: candidate!,
    against: against!,
    document: 'd',
  } as const;
  const trial = new Trial(about, clock);
  const told: number[] = [];
  let keys: string[] = [];
  const reports = new TrialReports({
    gateway: 'g',
    trials: {
      trials: () => keys.map((key) => ({ key })) as never,
      takeNews: () => (keys.length > 0 ? [trial.figures(clock.nowMs())] : []),
    },
    outbox: {
      event: async () => {
        told.push(clock.monotonicMs());
      },
    },
    clock,
    log: silentLog,
  });
  await reports.start();
  await clock.advance(3_600_000);
  const begunMs = clock.monotonicMs();
  keys = ['shadow'];
  await clock.advance(3_600_000);
  expect(told[0]! - begunMs).toBeLessThanOrEqual(5_000);
  expect(told[1]! - begunMs).toBeLessThanOrEqual(10_000);
  expect(told.length).toBeLessThan(20);
  const count = told.length;
  keys = ['shadow', 'guard'];
  await clock.advance(5_000);
  expect(told).toHaveLength(count + 1);
  await reports.stop();
});
