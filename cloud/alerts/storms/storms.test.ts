/** Many alerts of one site within minutes: one is told, and single warnings wait until it is over. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { siteDegraded } from '../../conditions/site.ts';
import { TestOperations } from '../../operations/operations.testing.ts';
import type { AlertRules } from '../../ports/alerts.ts';
import { transition } from '../lifecycle.ts';
import { isHeld } from '../work/held.ts';
import { SiteStorms } from './storms.ts';

const min = 60_000;
let test: TestOperations;
let storms: SiteStorms;

/** As createAlertRules does, with the notifiers of TestOperations. */
function rules(): Partial<AlertRules> {
  return {
    transition: (current, event) => {
      const step = transition(current, event);
      if (step?.change === 'opened' && 'prediction' in step.alert) storms.opened(step.alert);
      return step;
    },
    isHeld: (_, step, holding) => {
      const isStorm = 'prediction' in step.alert && storms.isOn(step.alert.prediction.site);
      return isHeld(undefined, step, { ...holding, isStorm });
    },
  };
}

beforeEach(async () => {
  test = new TestOperations();
  const settings = { stormMachinesMin: 3, stormPercentMin: 30, stormWindowMin: 5, off: [] };
  storms = new SiteStorms(settings, test.clock);
  storms.machinesAt = () => 10;
  test.rules = rules();
  await test.reopen();
});
afterEach(() => test.remove());

const waiting = () => test.now.notifications.waiting().get('mail') ?? 0;
const open = (i: number, more: object = {}) =>
  test.apply([predictionEvent('opened', i, { predictionId: `p-${i}`, machine: `pump-${i}`, ...more })]);
const found = () => siteDegraded.check({ storms: storms.list() }, test.clock.nowMs(), []);

it('the first ones are told, then a common cause in place of the others, which wait unless they are critical', async () => {
  await open(1);
  await open(2);
  expect([waiting(), found()]).toEqual([2, []]);
  await open(3);
  await open(4);
  expect(waiting()).toBe(2);
  await open(5, { severity: 'critical' });
  expect(waiting()).toBe(3);
  expect(JSON.stringify(found())).toContain('5 machines of 10');
});

it('what is open when it is over is told then, and what has ended meanwhile never', async () => {
  for (const i of [1, 2, 3, 4]) await open(i);
  await test.apply([predictionEvent('resolved', 60, { predictionId: 'p-4', machine: 'pump-4' })]);
  expect([await test.now.working.tellDue(), waiting()]).toEqual([0, 2]);
  test.clock.advanceNow(6 * min);
  expect([await test.now.working.tellDue(), waiting(), found()]).toEqual([1, 3, []]);
});

it('few machines of a large site, or alerts that are hours apart, are none', async () => {
  storms.machinesAt = () => 100;
  for (const i of [1, 2, 3]) await open(i);
  expect([waiting(), found()]).toEqual([3, []]);
  storms.machinesAt = () => 10;
  for (const i of [4, 5, 6, 7]) {
    test.clock.advanceNow(6 * min);
    await open(i);
  }
  expect([waiting(), found()]).toEqual([7, []]);
});
