/** Alerts that a person closes: ended for good, told once, and not opened again by what goes on. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const waiting = () => test.now.notifications.waiting().get('mail');
const openAlerts = () => test.now.machines.all()[0]?.openAlerts;

it('stay closed: what its gateway goes on to say opens nothing, over a restart, and a new prediction does', async () => {
  await test.apply([predictionEvent('opened', 1)]);
  expect(openAlerts()).toBe(1);
  expect(await test.now.closing.close('p-1', { reason: 'greased', by: '' })).toMatchObject({
    state: 'resolved',
    resolvedAt: '2026-03-01T12:00:00.000Z',
    prediction: { outcome: 'closed', reasons: ['It was closed by hand: greased'] },
  });
  expect([openAlerts(), waiting()]).toEqual([0, 2]);
  await test.reopen();
  await test.apply([
    predictionEvent('updated', 2),
    predictionEvent('opened', 1),
    predictionEvent('resolved', 9),
  ]);
  expect([test.now.alerts.all('open'), openAlerts(), waiting()]).toEqual([[], 0, 2]);
  await test.apply([predictionEvent('opened', 20, { predictionId: 'p-2' })]);
  expect(test.now.alerts.all('open').map(({ alertId }) => alertId)).toEqual(['p-2']);
});

it('about Harbinger itself are closed too, also those of the cloud', async () => {
  await test.now.events.apply('', [conditionEvent('opened', 1, { about: { kind: 'cloud', name: 'cloud' } })]);
  await test.now.closing.close('c-1', { reason: 'a test', by: '' });
  expect(test.now.alerts.all()).toMatchObject([
    { state: 'resolved', condition: { reasons: ['It was closed by hand: a test'] } },
  ]);
});

it('that are not open are refused, and so is one that several gateways have', async () => {
  const refused = { code: 'ALERT_NOT_OPEN' };
  await expect(test.now.closing.close('p-1', { reason: 'why', by: '' })).rejects.toMatchObject(refused);
  await test.apply([predictionEvent('opened', 1)]);
  await test.now.events.apply('south', [{ ...predictionEvent('opened', 1), source: '/gateways/south' }]);
  await expect(test.now.closing.close('p-1', { reason: 'why', by: '' })).rejects.toMatchObject(refused);
  expect(test.now.alerts.all('open')).toHaveLength(2);
  await test.now.closing.close('p-1', { reason: 'why', by: '' }, 'south');
  expect(test.now.alerts.all('open').map(({ gateway }) => gateway)).toEqual(['north']);
  await expect(test.now.closing.close('p-1', { reason: 'why', by: '' }, 'south')).rejects.toMatchObject(
    refused,
  );
});

it('of the cloud, whose id a gateway has too, are named by an empty gateway', async () => {
  await test.apply([conditionEvent('opened', 1)]);
  await test.now.events.apply('', [conditionEvent('opened', 1, { about: { kind: 'cloud', name: 'cloud' } })]);
  await expect(test.now.closing.close('c-1', { reason: 'why', by: '' })).rejects.toThrow(
    "the cloud itself, whose name is ''",
  );
  await test.now.closing.close('c-1', { reason: 'why', by: '' }, '');
  expect(test.now.alerts.all('open').map(({ gateway }) => gateway)).toEqual(['north']);
});

const owed = () => test.now.endings.of('north').map(({ alertId }) => alertId);

it('are owed to their gateway, with who, why and whom the cloud tells, until it has said the end itself', async () => {
  const heard: string[] = [];
  test.now.endings.onOwed((gateway) => heard.push(gateway));
  await test.apply([predictionEvent('opened', 1), conditionEvent('opened', 1)]);
  await test.now.closing.close('p-1', { reason: 'greased', by: 'maria' });
  await test.now.closing.close('c-1', { reason: 'seen', by: '' });
  expect(heard).toEqual(['north', 'north']);
  await test.reopen();
  expect(test.now.endings.of('north')).toEqual([
    { alertId: 'p-1', closed: { by: 'maria', reason: 'greased', severity: 'warning', toldGroups: [] } },
    { alertId: 'c-1', closed: { by: '', reason: 'seen', severity: 'warning', toldGroups: [] } },
  ]);
  expect(test.now.alerts.all().find(({ alertId }) => alertId === 'p-1')).toMatchObject({
    prediction: { reasons: ['It was closed by hand by maria: greased'], closed: { by: 'maria' } },
  });
  const before = waiting();
  await test.apply([predictionEvent('resolved', 5, { outcome: 'closed' })]);
  expect([owed(), waiting()]).toEqual([['c-1'], before]);
  await test.apply([conditionEvent('resolved', 5)]);
  expect(owed()).toEqual([]);
});

it('as a warning open again when they become critical, and are not owed any more', async () => {
  await test.apply([predictionEvent('opened', 1)]);
  await test.now.closing.close('p-1', { reason: 'greased', by: '' });
  await test.apply([predictionEvent('updated', 2, { severity: 'critical' })]);
  expect(test.now.alerts.all('open')).toMatchObject([
    { alertId: 'p-1', prediction: { severity: 'critical' } },
  ]);
  expect([openAlerts(), owed(), waiting()]).toEqual([1, [], 3]);
  await test.now.closing.close('p-1', { reason: 'stopped', by: '' });
  await test.apply([predictionEvent('updated', 3, { severity: 'critical' })]);
  expect([test.now.alerts.all('open'), owed()]).toEqual([[], ['p-1']]);
});

const words = {
  reason: 'coupling changed',
  by: 'maria',
  outcome: { verdict: 'confirmed', cause: 'worn coupling' },
} as const;
const outcomeOf = (id: string) => [...test.now.outcomes.all()].find((each) => each.id === id);

it('record what they turned out to be, with the cause, in the same moment, over a restart', async () => {
  await test.apply([predictionEvent('opened', 1)]);
  await test.now.closing.close('p-1', words);
  await test.reopen();
  expect(outcomeOf('p-1')).toMatchObject({
    verdict: 'confirmed',
    isInferred: false,
    ending: 'closed',
    history: [{ by: 'maria', cause: 'worn coupling', note: 'coupling changed' }],
  });
});

it('at once, each by itself: what is not open, has changed or is about Harbinger is refused alone', async () => {
  await test.apply([
    predictionEvent('opened', 1),
    predictionEvent('opened', 2, { predictionId: 'p-2', machine: 'pump-2' }),
  ]);
  await test.apply([conditionEvent('opened', 1)]);
  const choices = [
    { alertId: 'p-1' },
    { alertId: 'p-2', version: 4 },
    { alertId: 'c-1' },
    { alertId: 'none' },
  ];
  const { done, refused } = await test.now.closing.closeAll(choices, words);
  expect(done.map(({ alertId, state }) => `${alertId} ${state}`)).toEqual(['p-1 resolved']);
  expect(refused.map(({ alertId, code }) => `${alertId} ${code}`)).toEqual([
    'p-2 ALERT_CHANGED',
    'c-1 OUTCOME_REFUSED',
    'none ALERT_NOT_OPEN',
  ]);
  const { outcome: _, ...without } = words;
  expect((await test.now.closing.closeAll([{ alertId: 'c-1' }], without)).done).toHaveLength(1);
  expect(outcomeOf('p-2')).toMatchObject({ verdict: 'unknown' });
});
