import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertSaid } from '../../shared/contract/alert-content.ts';
import { lifecycleEvent, predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import type { AuditEntry } from '../ports/audit.ts';
import { BoundedLog } from './bounded-log.ts';
import type { OperationsConfig } from './config.ts';
import { openStore } from './database.ts';
import { TestOperations } from './operations.testing.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const never = new AbortController().signal;

const limits: Partial<OperationsConfig> = {
  eventsDaysMax: 30,
  decisionsDaysMax: 30,
  alertsResolvedDaysMax: 30,
  quarantineDaysMax: 60,
  deadNotificationsDaysMax: 30,
  auditDaysMax: 0,
};

let test: TestOperations;
beforeEach(async () => {
  test = new TestOperations();
  await test.reopen(limits);
});
afterEach(() => test.remove());

const deleteOld = (isDryRun = false) => test.now.records.deleteOld({ isDryRun, signal: never });
const audited = (subject: string): AuditEntry => ({
  atMs: 0,
  action: 'test',
  subject,
  by: 'token',
  address: '::1',
  outcome: null,
});
const eventIds = () => test.now.events.page({ limit: 10 }).items.map(({ id }) => id);

const jump = (byMs: number) => test.clock.setWall(test.clock.nowMs() + byMs);

/** Lets days pass, with a pass every six hours. */
async function pass(days: number): Promise<Map<string, number>> {
  const deleted = new Map<string, number>();
  for (let hour = 0; hour < days * 24; hour += 6) {
    await test.clock.advance(6 * hourMs);
    for (const { kind, deleted: count } of await deleteOld())
      deleted.set(kind, (deleted.get(kind) ?? 0) + count);
  }
  return deleted;
}

async function fill(): Promise<void> {
  await test.apply([
    predictionEvent('opened', 1),
    predictionEvent('opened', 2, { predictionId: 'p-2' }),
    predictionEvent('resolved', 3, { predictionId: 'p-2' }),
    lifecycleEvent('failed', 4),
  ]);
  const entry = { atMs: 0, gateway: 'north', lane: 'readings', code: 'X', reason: 'y', bytes: 3 };
  await test.now.quarantine.add(entry, Buffer.from('abc'));
  await test.now.audit.add(audited('a'));
  const found = test.now.notifications.next('mail', test.clock.nowMs());
  if (found.due === null) throw new Error('nothing is due');
  await test.now.notifications.giveUp(found.due, 'refused by the test', 'refused');
}

it('records go when they are older than their kind allows; what is open or owed stays', async () => {
  await fill();
  const waiting = [...test.now.notifications.waiting()];
  expect([...(await pass(29))]).toEqual([]);
  expect(Object.fromEntries(await pass(3))).toEqual({ alertsResolved: 1, deadNotifications: 1, events: 3 });
  // The event of the alert that is open is needed still.
  expect(eventIds()).toEqual(['prediction-opened-1']);
  expect(test.now.alerts.all().map(({ alertId, state }) => [alertId, state])).toEqual([['p-1', 'open']]);
  expect([...test.now.notifications.waiting()]).toEqual(waiting);
  expect(test.now.quarantine.counts().quarantined).toBe(1);
  expect(Object.fromEntries(await pass(30))).toEqual({ quarantine: 1 });
  expect(test.now.quarantine.counts()).toMatchObject({ quarantined: 0, quarantineDropped: { age: 1 } });
  expect(test.logged.map(({ text }) => text)).toContainEqual(expect.stringContaining('quarantineDaysMax'));
  expect(test.now.audit.page({ limit: 10 }).items).toHaveLength(1);
  // Once its alert is resolved, the event goes too.
  await test.apply([predictionEvent('resolved', 5)]);
  expect(Object.fromEntries(await pass(32))).toEqual({ alertsResolved: 1, events: 2 });
});

it('a clock that jumps for less than a day, forward or back, deletes nothing', async () => {
  await pass(2);
  await fill();
  const ids = eventIds();
  for (const days of [91, -200, 4_000]) {
    jump(days * dayMs);
    expect([...(await pass(0.75))]).toEqual([]);
    jump(-days * dayMs);
    expect([...(await pass(1.5))]).toEqual([]);
  }
  expect(eventIds()).toEqual(ids);
  // A jump that stays is the right time after a day.
  jump(91 * dayMs);
  expect((await pass(1.5)).get('events')).toBe(3);
});

it('what is added while the clock is set back is as old as it is', async () => {
  await pass(2);
  jump(-4_000 * dayMs);
  await fill();
  jump(4_000 * dayMs);
  expect([...(await pass(25))]).toEqual([]);
});

it('an alert that ended because its machine was retired is as old as that, however long the cloud has run', async () => {
  await pass(40);
  await test.apply([predictionEvent('opened', 1)]);
  const [alert] = test.now.alerts.all('open');
  await test.now.retirement.retire([{ gateway: alert!.gateway, ...alertSaid(alert!).machine! }]);
  expect((await pass(29)).get('alertsResolved')).toBeUndefined();
  expect((await pass(2)).get('alertsResolved')).toBe(1);
});

it('the time that has passed is known after a restart', async () => {
  await fill();
  await pass(29);
  await test.reopen(limits);
  expect((await pass(2)).get('events')).toBe(3);
});

it('entries without a time, from an earlier version, age from the first pass on', async () => {
  await test.now.close();
  const folder = `${test.dataDir}/operations`;
  const store = openStore(folder, () => {});
  const audit = new BoundedLog<AuditEntry>(store, 'audit', { countMax: 10 });
  await store.transaction(() => void audit.add(audited('early')));
  await store.close();
  test.now = test.open({ ...limits, auditDaysMax: 30 });
  expect([...(await pass(30))]).toEqual([]);
  expect(Object.fromEntries(await pass(2))).toEqual({ audit: 1 });
});

it('many entries go in several transactions; a dry run only counts them', async () => {
  await test.reopen({ ...limits, auditDaysMax: 10 });
  await Promise.all(Array.from({ length: 2_500 }, (_, i) => test.now.audit.add(audited(String(i)))));
  await pass(9);
  await test.clock.advance(1.5 * dayMs);
  expect(await deleteOld(true)).toEqual([{ kind: 'audit', deleted: 2_500 }]);
  expect(test.now.audit.page({ limit: 1 }).items).toHaveLength(1);
  expect(await deleteOld()).toEqual([{ kind: 'audit', deleted: 2_500 }]);
  expect(test.now.audit.page({ limit: 1 }).items).toEqual([]);
});
