import { afterEach, beforeEach, expect, it } from 'vitest';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

it('events of what an alert is now change its content alone, and are not listed', async () => {
  const life = (p50: number) => ({ remainingLife: { p10: 1, p50, p90: 99, unit: 'cycles' } });
  await test.apply([predictionEvent('opened', 1, life(50))]);
  for (let i = 0; i < 2; i++) await test.apply([predictionEvent('now', 2, life(40))]);
  await test.reopen();
  expect(test.now.alerts.all('open')).toMatchObject([
    { asOf: '2026-03-01T10:02:00Z', updatedAt: '2026-03-01T10:01:00Z', prediction: life(40) },
  ]);
  expect(test.now.machines.all()).toMatchObject([{ openAlerts: 1, ...life(50) }]);
  expect(test.now.events.page({ limit: 10 }).items).toHaveLength(1);
  expect(test.now.notifications.waiting().get('mail')).toBe(1);
});

it('events that sensors send what they cannot have show that their machine is heard, and not that it was read', async () => {
  const fault = { failureMode: 'sensor-fault', remainingLife: null } as const;
  const now = () => test.now.machines.all()[0]!;
  await test.apply([predictionEvent('opened', 1, fault)]);
  const { heardMs } = now();
  test.clock.advanceNow(3_600_000);
  await test.apply([predictionEvent('now', 2, fault)]);
  expect(now()).toMatchObject({ badValuesMs: test.clock.nowMs(), heardMs });
  test.clock.advanceNow(60_000);
  await test.apply([predictionEvent('resolved', 3, fault)]);
  expect(now().badValuesMs).toBe(test.clock.nowMs() - 60_000);
});
