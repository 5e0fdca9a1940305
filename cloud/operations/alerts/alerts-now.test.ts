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
