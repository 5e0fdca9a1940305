/** Alerts about Harbinger itself: kept, told and ended as those about machines are, and never mixed up with them. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordBegun, recordKnown } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import { lifecycleEvent, predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const ofCloud = { about: { kind: 'cloud', name: 'cloud' } } as const;
const states = () =>
  test.now.alerts
    .all()
    .map(({ gateway, state }) => [gateway, state])
    .sort();
const byCloud = (...events: HarbingerEvent[]) => test.now.events.apply('', events);

async function told(notifier: string): Promise<string[]> {
  const keys: string[] = [];
  const next = () => test.now.notifications.next(notifier, test.clock.nowMs()).due;
  for (let due = next(); due && !keys.includes(due.key); due = next()) {
    keys.push(due.key);
    await test.now.notifications.confirm(due);
  }
  return keys;
}

it('open once, are updated and end, over restarts and resends, and each change is told once', async () => {
  await test.apply([conditionEvent('opened', 1), conditionEvent('opened', 1)]);
  await test.reopen();
  await test.apply([conditionEvent('opened', 1), conditionEvent('updated', 2, { severity: 'critical' })]);
  expect(test.now.alerts.all('open')).toMatchObject([
    { gateway: 'north', openedAt: '2026-03-01T10:01:00Z', condition: { severity: 'critical' } },
  ]);
  await test.reopen();
  await test.apply([
    conditionEvent('resolved', 3),
    conditionEvent('resolved', 3),
    conditionEvent('opened', 1),
  ]);
  expect(states()).toEqual([['north', 'resolved']]);
  expect(test.now.notifications.waiting().get('mail')).toBe(3);
  expect(await told('mail')).toHaveLength(3);
});

it('of the cloud itself stand beside those of gateways with the same id', async () => {
  await test.apply([conditionEvent('opened', 1)]);
  await byCloud(conditionEvent('opened', 1, ofCloud));
  await byCloud(conditionEvent('resolved', 2, ofCloud));
  expect(states()).toEqual([
    ['', 'resolved'],
    ['north', 'open'],
  ]);
});

it('make no machine, and the repair of a machine leaves them open', async () => {
  await test.apply([conditionEvent('opened', 1, { about: { kind: 'gateway', name: 'north' } })]);
  expect(test.now.machines.all()).toEqual([]);
  await test.apply([predictionEvent('opened', 2), lifecycleEvent('replaced', 3)]);
  expect(test.now.alerts.all('open')).toMatchObject([{ condition: { condition: 'disk-space' } }]);
  expect(test.now.machines.all()).toMatchObject([{ machine: 'pump-1', openAlerts: 0 }]);
});

it('that are too many are told in a digest, which names them', async () => {
  await test.reopen({ notificationsMax: 2 });
  await test.apply(
    [1, 2, 3, 4].map((i) => conditionEvent('opened', i, { conditionId: `c-${i}`, severity: 'critical' })),
  );
  await test.clock.advance(60_000);
  const { due } = test.now.notifications.next('mail', test.clock.nowMs());
  if (due?.change !== 'digest') return expect.fail('no digest is due');
  expect(due.event.data).toMatchObject({ open: 2, critical: 2, sites: [] });
  expect(due.event.data.examples[0]).toEqual({
    alertId: 'c-1',
    gateway: 'north',
    severity: 'critical',
    state: 'open',
    condition: 'disk-space',
    about: { kind: 'gateway', name: 'north' },
  });
});

it('that their gateway does not know any more end when it says so, and later ones and those of others stay', async () => {
  // A gateway with a new disk may have a clock that is years behind: the order counts, not the time.
  const begun = recordBegun('north', 'conditions', Date.parse('2024-03-01T10:05:00Z'));
  await test.apply([{ ...begun, id: 'first' }]);
  expect(test.now.alerts.all()).toEqual([]);
  await test.apply([
    conditionEvent('opened', 1, { about: { kind: 'gateway', name: 'north' } }),
    predictionEvent('opened', 2),
  ]);
  await byCloud(conditionEvent('opened', 1, { ...ofCloud, conditionId: 'c-9' }));
  const again = conditionEvent('opened', 6, { conditionId: 'c-2' });
  await test.apply([begun, again, begun]);
  const open = test.now.alerts.all('open').map(({ alertId, gateway }) => `${gateway} ${alertId}`);
  expect(open.sort()).toEqual([' c-9', 'north c-2', 'north p-1']);
  expect(test.now.notifications.waiting().get('mail')).toBe(5);
  const [ended] = test.now.alerts.all('resolved');
  expect(ended?.resolvedAt).toBe('2026-03-01T10:01:00.000Z');
  await test.apply([recordBegun('north', 'predictions', test.clock.nowMs())]);
  expect(test.now.alerts.all('open')).toHaveLength(2);
  expect(test.now.machines.all()).toMatchObject([{ machine: 'pump-1', openAlerts: 0 }]);
});

it('that a gateway does not know after an older state was put back end once, and those that it knows stay', async () => {
  const about = { kind: 'gateway', name: 'north' } as const;
  await test.apply([
    conditionEvent('opened', 1, { about }),
    conditionEvent('opened', 1, { about, conditionId: 'c-2' }),
    predictionEvent('opened', 2),
    predictionEvent('opened', 3, { predictionId: 'p-2' }),
  ]);
  await byCloud(conditionEvent('opened', 1, { ...ofCloud, conditionId: 'c-9' }));
  const known = [
    ...recordKnown('north', 'predictions', ['p-2'], test.clock.nowMs()),
    ...recordKnown('north', 'conditions', ['c-2', 'of long ago'], test.clock.nowMs()),
  ];
  await test.apply(known);
  const owed = test.now.notifications.waiting().get('mail');
  await test.apply([...known, ...known]);
  const open = test.now.alerts.all('open').map(({ alertId, gateway }) => `${gateway} ${alertId}`);
  expect(open.sort()).toEqual([' c-9', 'north c-2', 'north p-2']);
  expect([owed, test.now.notifications.waiting().get('mail')]).toEqual([7, 7]);
  const [ended] = test.now.alerts.all('resolved').flatMap((alert) => ('prediction' in alert ? [alert] : []));
  expect(ended).toMatchObject({ alertId: 'p-1', prediction: { outcome: 'unknown' } });
  expect(ended?.prediction.reasons.join()).toContain('an older copy was put back');
  await test.apply([predictionEvent('opened', 6, { predictionId: 'p-3' })]);
  expect(test.now.alerts.all('open')).toHaveLength(4);
});
