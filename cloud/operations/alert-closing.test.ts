/** Alerts that a person closes: ended for good, told once, and not opened again by what goes on. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { conditionEvent } from '../../shared/notifiers/condition.testing.ts';
import { predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from './operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const waiting = () => test.now.notifications.waiting().get('mail');
const openAlerts = () => test.now.machines.all()[0]?.openAlerts;

it('end for good: what its gateway goes on to say opens nothing, over a restart, and a new prediction does', async () => {
  await test.apply([predictionEvent('opened', 1)]);
  expect(openAlerts()).toBe(1);
  expect(await test.now.closing.close('p-1', 'greased')).toMatchObject({
    state: 'resolved',
    resolvedAt: '2026-03-01T12:00:00.000Z',
    prediction: { outcome: 'closed', reasons: ['It was closed by hand: greased'] },
  });
  expect([openAlerts(), waiting()]).toEqual([0, 2]);
  await test.reopen();
  await test.apply([
    predictionEvent('updated', 2, { severity: 'critical' }),
    predictionEvent('opened', 1),
    predictionEvent('resolved', 9),
  ]);
  expect([test.now.alerts.all('open'), openAlerts(), waiting()]).toEqual([[], 0, 2]);
  await test.apply([predictionEvent('opened', 20, { predictionId: 'p-2' })]);
  expect(test.now.alerts.all('open').map(({ alertId }) => alertId)).toEqual(['p-2']);
});

it('about Harbinger itself are closed too, also those of the cloud', async () => {
  await test.now.events.apply('', [conditionEvent('opened', 1, { about: { kind: 'cloud', name: 'cloud' } })]);
  await test.now.closing.close('c-1', 'a test');
  expect(test.now.alerts.all()).toMatchObject([
    { state: 'resolved', condition: { reasons: ['It was closed by hand: a test'] } },
  ]);
});

it('that are not open are refused, and so is one that several gateways have', async () => {
  const refused = { code: 'ALERT_NOT_OPEN' };
  await expect(test.now.closing.close('p-1', 'why')).rejects.toMatchObject(refused);
  await test.apply([predictionEvent('opened', 1)]);
  await test.now.events.apply('south', [{ ...predictionEvent('opened', 1), source: '/gateways/south' }]);
  await expect(test.now.closing.close('p-1', 'why')).rejects.toMatchObject(refused);
  expect(test.now.alerts.all('open')).toHaveLength(2);
  await test.now.closing.close('p-1', 'why', 'south');
  expect(test.now.alerts.all('open').map(({ gateway }) => gateway)).toEqual(['north']);
  await expect(test.now.closing.close('p-1', 'why', 'south')).rejects.toMatchObject(refused);
});

it('of the cloud, whose id a gateway has too, are named by an empty gateway', async () => {
  await test.apply([conditionEvent('opened', 1)]);
  await test.now.events.apply('', [conditionEvent('opened', 1, { about: { kind: 'cloud', name: 'cloud' } })]);
  await expect(test.now.closing.close('c-1', 'why')).rejects.toThrow("the cloud itself, whose name is ''");
  await test.now.closing.close('c-1', 'why', '');
  expect(test.now.alerts.all('open').map(({ gateway }) => gateway)).toEqual(['north']);
});
