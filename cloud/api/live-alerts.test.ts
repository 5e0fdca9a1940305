import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { createMemoryOperations } from './memory-ports.testing.ts';
import { alertOf, machineOf } from './plant-data.testing.ts';
import { get, startApi, stopAll } from './running-api.testing.ts';

afterAll(stopAll);

const { lastSeenMs } = machineOf();
const life = (p50: number) => ({ p10: p50 / 2, p50, p90: p50 * 2, unit: 'cycles' });

it('an open alert has the figures of the newest estimate; one that has ended keeps those of its end', async () => {
  const operations = createMemoryOperations();
  let nowMs = lastSeenMs;
  operations.set({
    machines: [machineOf({ remainingLife: life(12), estimateMs: lastSeenMs })],
    alerts: [
      alertOf({ alertId: 'a', updatedAt: new Date(lastSeenMs - 60_000).toISOString() }),
      alertOf({ alertId: 'b', state: 'resolved' }),
    ],
  });
  const clock = { ...systemClock, nowMs: () => nowMs };
  const { base } = await startApi({ operations, clock });
  const alerts = async () => (await get(`${base}/api/alerts`)).body.alerts;
  const of = (found: unknown[]) => found as { [name: string]: unknown }[];

  const [open, ended] = of(await alerts());
  expect(open).toMatchObject({
    alertId: 'a',
    asOf: new Date(lastSeenMs).toISOString(),
    unknown: null,
    prediction: { remainingLife: life(12), health: 0.9 },
  });
  expect(ended).toMatchObject({ alertId: 'b', prediction: { remainingLife: { p50: 18 } } });
  expect(ended).not.toHaveProperty('unknown');

  nowMs += 20 * 60_000;
  const [later] = of(await alerts());
  expect(later).toMatchObject({
    unknown: {
      sinceMs: lastSeenMs,
      reason: expect.stringMatching(/^No reading of the last 20 min has come/),
    },
    prediction: { remainingLife: null },
  });
  const { body } = await get(`${base}/api/machines/leeds/pump-1`);
  expect(body.alerts.find(({ alertId }) => alertId === 'a')).toEqual(later);
  expect(body.machine).toMatchObject({ unknown: later!.unknown });
  expect((await get(`${base}/api/alerts?alertId=b`)).body.alerts).toHaveLength(1);
});
