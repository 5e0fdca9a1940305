import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { lifecycleEvent, predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import type { PageQuery } from '../ports/page.ts';
import { journal, TestOperations } from './operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

describe('events', () => {
  it('change alerts, machines, owed notifications and the watermark together, and survive a restart', async () => {
    await test.apply([predictionEvent('opened', 1), lifecycleEvent('failed', 2)], 4);
    await test.reopen();
    expect(test.now.watermarks.get('north', journal, 'events')).toBe(4);
    expect(test.now.alerts.all('open')).toMatchObject([{ alertId: 'p-1', gateway: 'north' }]);
    expect(test.now.machines.all()).toMatchObject([
      { machine: 'pump-1', condition: 'failed', openAlerts: 1, health: 0.31, remainingLife: { p50: 20 } },
    ]);
    expect(test.now.events.page({ limit: 10 }).items.map((event) => event.id)).toEqual([
      'machine-failed-2',
      'prediction-opened-1',
    ]);
    expect([...test.now.notifications.waiting()]).toEqual([
      ['mail', 1],
      ['hook', 1],
    ]);
  });

  it('have an effect once, however often they arrive', async () => {
    for (let i = 0; i < 3; i++) await test.apply([predictionEvent('opened', 1)], i);
    await test.reopen();
    await test.apply([predictionEvent('opened', 1)]);
    expect(test.now.events.page({ limit: 10 }).items).toHaveLength(1);
    expect(test.now.notifications.waiting().get('mail')).toBe(1);
  });

  it('are applied together or not at all', async () => {
    const broken = { ...predictionEvent('opened', 2), time: undefined } as unknown as HarbingerEvent;
    Object.defineProperty(broken, 'data', {
      get: () => {
        throw new Error('broken');
      },
    });
    await expect(test.apply([predictionEvent('opened', 1), broken], 9)).rejects.toThrow('broken');
    expect(test.now.alerts.all()).toEqual([]);
    expect(test.now.machines.all()).toEqual([]);
    expect(test.now.watermarks.get('north', journal, 'events')).toBe(0);
    await test.reopen();
    expect(test.now.alerts.all()).toEqual([]);
    expect(test.now.events.page({ limit: 10 }).items).toEqual([]);
    expect(test.now.notifications.waiting().size).toBe(0);
  });

  it('resolve the alerts of a machine that was replaced, and clear its estimate', async () => {
    await test.apply([
      predictionEvent('opened', 1),
      predictionEvent('opened', 2, { predictionId: 'p-2', failureMode: 'seal-leak' }),
    ]);
    expect(test.now.machines.all()[0]?.openAlerts).toBe(2);
    await test.apply([lifecycleEvent('replaced', 5)]);
    expect(test.now.alerts.all('open')).toEqual([]);
    expect(test.now.machines.all()).toMatchObject([
      { condition: 'running', openAlerts: 0, health: null, remainingLife: null },
    ]);
    expect(test.now.notifications.waiting().get('mail')).toBe(4);
  });

  it('notify listeners of changes', async () => {
    const seen: string[] = [];
    const stop = test.now.changes.onChange(({ machines, alerts }) => {
      seen.push(`${machines.map((state) => state.machine)} ${alerts.map((alert) => alert.state)}`);
    });
    await test.apply([predictionEvent('opened', 1)]);
    stop();
    await test.apply([predictionEvent('resolved', 2)]);
    expect(seen).toEqual(['pump-1 open']);
  });

  it('are bounded to the newest, and are paged newest first, also by subject', async () => {
    await test.reopen({ eventsMax: 5 });
    const events = Array.from({ length: 9 }, (_, i) => ({
      ...lifecycleEvent('failed', i),
      subject: i % 2 === 0 ? 'leeds/pump-1' : 'leeds/pump-2',
    }));
    await test.apply(events);
    const ids = (query: PageQuery) => {
      const { items, next } = test.now.events.page(query);
      return { ids: items.map((event) => Number(event.id.split('-').at(-1))), next };
    };
    const first = ids({ limit: 3 });
    expect(first.ids).toEqual([8, 7, 6]);
    expect(ids({ limit: 3, before: first.next! })).toEqual({ ids: [5, 4], next: null });
    const even = ids({ limit: 2, subject: 'leeds/pump-1' });
    expect(even.ids).toEqual([8, 6]);
    expect(ids({ limit: 2, subject: 'leeds/pump-1', before: even.next! })).toEqual({ ids: [4], next: null });
    expect(ids({ limit: 2, subject: 'leeds/pump' }).ids).toEqual([]);
    expect(() => test.now.events.page({ limit: 3, before: 'x' })).toThrow(/not the end of a page/);
  });

  it('may have any id and subject', async () => {
    const odd = {
      ...lifecycleEvent('failed', 1),
      id: `${'é'.repeat(100)}\ud800\u0000`,
      subject: 'ü'.repeat(200),
    };
    await test.apply([odd, odd]);
    expect(test.now.events.page({ limit: 10, subject: odd.subject }).items).toHaveLength(1);
  });
});

describe('telemetry', () => {
  const telemetry = (lastSeq: number, state: object) =>
    test.now.watermarks.advance({
      gateway: 'north',
      journal,
      lane: 'estimates',
      firstSeq: lastSeq,
      lastSeq,
      machines: [{ site: 'leeds', machine: 'pump-1', machineType: 'pump', ...state }],
    });

  it('moves its watermark forward only', async () => {
    await telemetry(5, {});
    await telemetry(3, {});
    expect(test.now.watermarks.get('north', journal, 'estimates')).toBe(5);
    expect(test.now.watermarks.get('north', journal, 'readings')).toBe(0);
  });

  it('keeps the newest estimate, in any order of arrival', async () => {
    const life = { p10: 1, p50: 2, p90: 3, unit: 'cycles' };
    await telemetry(1, { lastSeenMs: 20_000, health: 0.4, anomaly: 0, remainingLife: life, source: 'model' });
    await telemetry(2, { lastSeenMs: 10_000, health: 0.9, anomaly: 0, remainingLife: null, source: 'rules' });
    await telemetry(3, { lastSeenMs: 90_000 });
    await test.reopen();
    expect(test.now.machines.all()).toMatchObject([
      { health: 0.4, remainingLife: life, source: 'model', lastSeenMs: 90_000 },
    ]);
  });

  it('from 2038 is believed to be from now, so that what comes after it counts', async () => {
    const nowMs = test.clock.nowMs();
    const estimate = (health: number) => ({ health, anomaly: 0, remainingLife: null, source: 'rules' });
    await telemetry(1, { ...estimate(0.9), lastSeenMs: Date.UTC(2038, 0, 19) });
    expect(test.now.machines.all()).toMatchObject([{ health: 0.9, lastSeenMs: nowMs }]);
    await test.clock.advance(1_000);
    await telemetry(2, { ...estimate(0.5), lastSeenMs: nowMs + 900 });
    await test.reopen();
    expect(test.now.machines.all()).toMatchObject([{ health: 0.5, lastSeenMs: nowMs + 900 }]);
  });

  it('that was stored when the clock of this computer said 2038 is outdated by what comes next', async () => {
    const nowMs = test.clock.nowMs();
    const estimate = (health: number) => ({ health, anomaly: 0, remainingLife: null, source: 'rules' });
    test.clock.setWall(Date.UTC(2038, 0, 19));
    await telemetry(1, { ...estimate(0.9), lastSeenMs: Date.UTC(2038, 0, 19) });
    await test.apply([{ ...lifecycleEvent('failed', 1), time: '2038-01-19T00:00:00Z' }]);
    test.clock.setWall(nowMs);
    await test.reopen();
    await telemetry(2, { ...estimate(0.5), lastSeenMs: nowMs });
    await test.apply([lifecycleEvent('replaced', 2)]);
    expect(test.now.machines.all()).toMatchObject([{ condition: 'running', lastSeenMs: nowMs }]);
    await telemetry(3, { ...estimate(0.4), lastSeenMs: nowMs + 1_000 });
    await test.reopen();
    expect(test.now.machines.all()).toMatchObject([{ health: 0.4, lastSeenMs: nowMs + 1_000 }]);
  });

  it('lists no more machines than its limit', async () => {
    await test.reopen({ machinesMax: 1 });
    await telemetry(1, {});
    await telemetry(2, { machine: 'pump-2' });
    expect(test.now.machines.all().map((state) => state.machine)).toEqual(['pump-1']);
  });
});

describe('quarantine', () => {
  const entry = {
    atMs: 1,
    gateway: 'north',
    lane: 'readings',
    code: 'BATCH_FORMAT',
    reason: 'why',
    bytes: 5,
  };

  const many = async (count: number, over: Partial<typeof entry>, bytes = 10) => {
    for (let i = 0; i < count; i++)
      await test.now.quarantine.add({ ...entry, ...over, bytes }, Buffer.alloc(bytes));
  };
  const countOf = (gateway: string, code?: string) =>
    test.now.quarantine
      .page({ limit: 1_000, subject: gateway })
      .items.filter((one) => code === undefined || one.code === code).length;

  it('keeps entries with their bodies, whole, newest first', async () => {
    await test.now.quarantine.add(entry, Buffer.from('first'));
    await test.now.quarantine.add({ ...entry, gateway: 'south' }, Buffer.alloc(5_000_000, 1));
    await test.reopen();
    expect(test.now.quarantine.page({ limit: 10 }).items).toEqual([
      { ...entry, id: 2, gateway: 'south' },
      { ...entry, id: 1 },
    ]);
    expect(test.now.quarantine.page({ limit: 10, subject: 'north' }).items).toHaveLength(1);
    expect(test.now.quarantine.get(1)?.body.toString()).toBe('first');
    expect(test.now.quarantine.get(2)?.body.equals(Buffer.alloc(5_000_000, 1))).toBe(true);
    expect(test.now.quarantine.counts()).toMatchObject({ quarantined: 2, quarantinedBytes: 5_000_005 });
  });

  it('is bounded in entries and in bytes, and counts what it drops', async () => {
    await test.reopen({ quarantineMax: 4, quarantineBytesMax: 2_500 });
    await many(6, {}, 1_000);
    expect(test.now.quarantine.page({ limit: 10 }).items.map(({ id }) => id)).toEqual([6, 5]);
    expect(test.now.quarantine.get(4)).toBeNull();
    await many(6, {}, 1);
    expect(test.now.quarantine.counts()).toEqual({
      quarantined: 4,
      quarantinedBytes: 4,
      quarantineDropped: { count: 4, bytes: 4, age: 0, size: 0 },
    });
  });

  it.each([
    { bound: { quarantineMax: 20 }, flood: 101, bytes: 10 },
    { bound: { quarantineBytesMax: 3_000 }, flood: 101, bytes: 500 },
  ])('a gateway that floods it drops its own: $bound', async ({ bound, flood, bytes }) => {
    await test.reopen(bound);
    await many(5, {});
    await many(3, { gateway: 'noisy', code: 'STORE_REJECTED' });
    await many(flood, { gateway: 'noisy' }, bytes);
    await test.reopen(bound);
    await many(flood, { gateway: 'noisy' }, bytes);
    expect([countOf('north'), countOf('noisy', 'STORE_REJECTED')]).toEqual([5, 3]);
    expect(countOf('noisy')).toBeGreaterThan(3);
  });

  it('does not keep what alone is too large, and drops nothing for it', async () => {
    await test.reopen({ quarantineBytesMax: 1_000 });
    await many(5, {});
    await many(1, { gateway: 'noisy' }, 1_001);
    expect(test.now.quarantine.counts()).toMatchObject({ quarantined: 5, quarantineDropped: { size: 1 } });
  });

  it('says what it dropped, once a minute, and the rest when it is closed', async () => {
    await test.reopen({ quarantineMax: 2 });
    await many(3, { gateway: 'noisy' });
    await many(4, { gateway: 'noisy' });
    await test.reopen();
    const said = test.logged.filter(({ text }) => text.includes('quarantineMax'));
    expect(said.map(({ fields }) => fields)).toMatchObject([
      { reason: 'count', dropped: 1, example: { gateway: 'noisy' } },
      { reason: 'count', dropped: 4, example: { gateway: 'noisy' } },
    ]);
  });

  it('knows what it has after a change that was not taken', async () => {
    await test.reopen({ quarantineMax: 6 });
    await many(3, {});
    await many(3, { gateway: 'south' });
    const unwritable = { ...entry, gateway: 'noisy', atMs: 1n as unknown as number };
    await expect(test.now.quarantine.add(unwritable, Buffer.from('x'))).rejects.toThrow();
    expect(test.now.quarantine.counts()).toMatchObject({ quarantined: 6, quarantineDropped: { count: 0 } });
    await many(4, { gateway: 'south' });
    expect([countOf('north'), countOf('south')]).toEqual([3, 3]);
  });
});

describe('the audit', () => {
  const entry = { action: 'quarantine.redrive', subject: 'all', by: 'token', address: '192.0.2.1' } as const;

  it('survives a restart, newest first and bounded', async () => {
    await test.reopen({ auditMax: 3 });
    for (let i = 1; i <= 4; i++) await test.now.audit.add({ ...entry, atMs: i, outcome: null });
    await test.reopen({ auditMax: 3 });
    const { items } = test.now.audit.page({ limit: 10 });
    expect(items).toEqual([4, 3, 2].map((atMs) => ({ ...entry, atMs, outcome: null })));
  });
});

describe('alerts', () => {
  it('are bounded, both open and resolved ones', async () => {
    await test.reopen({ alertsOpenMax: 2, alertsResolvedMax: 1 });
    await test.apply([1, 2, 3].map((n) => predictionEvent('opened', n, { predictionId: `p-${n}` })));
    expect(test.now.alerts.all().map(({ alertId }) => alertId)).toEqual(['p-2', 'p-3']);
    await test.apply([2, 3].map((n) => predictionEvent('resolved', n + 10, { predictionId: `p-${n}` })));
    expect(test.now.alerts.all()).toMatchObject([{ alertId: 'p-3', state: 'resolved' }]);
  });
});
