import { afterEach, beforeEach, expect, it } from 'vitest';
import { AlertsConfig } from '../../../shared/notifications/config.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { createAlertRules } from '../../alerts/alerts.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

it('what is due of two gateways with machines of one name is shown of both', async () => {
  const hours = { from: '06:00', to: '22:00', zone: 'UTC' };
  const webhook = [{ name: 'hook', url: 'https://example.org/hook', filter: { hours } }];
  const config = compileValidator(AlertsConfig)({ webhook }, (problem) => new Error(problem));
  test.rules = createAlertRules(config);
  await test.reopen();
  test.clock.setWall(Date.parse('2026-03-01T23:00:00Z'));
  const opened = predictionEvent('opened', 1);
  for (const gateway of ['north', 'south'])
    await test.now.events.apply(gateway, [{ ...opened, source: `/gateways/${gateway}` }]);
  const shown: string[] = [];
  test.now.changes.onChange(({ alerts }) => shown.push(...alerts.map(({ gateway }) => gateway)));
  test.clock.advanceNow(8 * 3_600_000);
  await test.now.working.tellDue();
  expect(shown.sort()).toEqual(['north', 'south']);
});
