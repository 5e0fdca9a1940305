import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { transition } from '../alerts/lifecycle.ts';
import { lifecycleEvent, predictionEvent } from '../alerts/prediction.testing.ts';
import { OperationsConfig } from './config.ts';
import { openOperations, type StoredOperations } from './operations.ts';

const journal = '00000000000000aa';
const clock = manualClock();
let dataDir: string;
let operations: StoredOperations;

function open(limits: Partial<OperationsConfig> = {}): StoredOperations {
  const config = compileValidator(OperationsConfig)({ ...limits }, (problem) => new Error(problem));
  const rules = { transition, recipients: () => ['mail', 'hook'] };
  return openOperations(config, { dataDir, clock, rules });
}

async function reopen(limits?: Partial<OperationsConfig>): Promise<void> {
  await operations.close();
  operations = open(limits);
}

const apply = (events: HarbingerEvent[], lastSeq = 0) =>
  operations.applyEvents({ gateway: 'north', journal, lastSeq, events });
const queue = () => operations.notifications;
const due = (notifier: string) => queue().next(notifier, clock.nowMs()).due;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-operations-'));
  operations = open();
});
afterEach(async () => {
  await operations.close();
  rmSync(dataDir, { recursive: true });
});

describe('events', () => {
  it('change alerts, machines, what is owed and the watermark together, and survive a restart', async () => {
    await apply([predictionEvent('opened', 1), lifecycleEvent('failed', 2)], 4);
    await reopen();
    expect(operations.watermark('north', journal, 'events')).toBe(4);
    expect(operations.alerts('open')).toMatchObject([{ alertId: 'p-1', gateway: 'north' }]);
    expect(operations.machines()).toMatchObject([
      { machine: 'pump-1', condition: 'failed', openAlerts: 1, health: 0.31, remainingLife: { p50: 20 } },
    ]);
    expect(operations.events({ limit: 10 }).items.map((event) => event.id)).toEqual([
      'machine-failed-2',
      'prediction-opened-1',
    ]);
    expect([...queue().waiting()]).toEqual([
      ['mail', 1],
      ['hook', 1],
    ]);
  });

  it('count once, however often they come', async () => {
    for (let i = 0; i < 3; i++) await apply([predictionEvent('opened', 1)], i);
    await reopen();
    await apply([predictionEvent('opened', 1)]);
    expect(operations.events({ limit: 10 }).items).toHaveLength(1);
    expect(queue().waiting().get('mail')).toBe(1);
  });

  it('are applied all or not at all', async () => {
    const broken = { ...predictionEvent('opened', 2), time: undefined } as unknown as HarbingerEvent;
    Object.defineProperty(broken, 'data', {
      get: () => {
        throw new Error('broken');
      },
    });
    await expect(apply([predictionEvent('opened', 1), broken], 9)).rejects.toThrow('broken');
    expect(operations.alerts()).toEqual([]);
    expect(operations.machines()).toEqual([]);
    expect(operations.watermark('north', journal, 'events')).toBe(0);
    await reopen();
    expect(operations.alerts()).toEqual([]);
    expect(operations.events({ limit: 10 }).items).toEqual([]);
    expect(queue().waiting().size).toBe(0);
  });

  it('resolve the alerts of a machine that was replaced, and forget its estimate', async () => {
    await apply([
      predictionEvent('opened', 1),
      predictionEvent('opened', 2, { predictionId: 'p-2', failureMode: 'seal-leak' }),
    ]);
    expect(operations.machines()[0]?.openAlerts).toBe(2);
    await apply([lifecycleEvent('replaced', 5)]);
    expect(operations.alerts('open')).toEqual([]);
    expect(operations.machines()).toMatchObject([
      { condition: 'running', openAlerts: 0, health: null, remainingLife: null },
    ]);
    expect(queue().waiting().get('mail')).toBe(4);
  });

  it('tell listeners what changed', async () => {
    const seen: string[] = [];
    const stop = operations.onChange(({ machines, alerts }) => {
      seen.push(`${machines.map((state) => state.machine)} ${alerts.map((alert) => alert.state)}`);
    });
    await apply([predictionEvent('opened', 1)]);
    stop();
    await apply([predictionEvent('resolved', 2)]);
    expect(seen).toEqual(['pump-1 open']);
  });

  it('keep the newest, page newest first, by subject too', async () => {
    await reopen({ eventsMax: 5 });
    const events = Array.from({ length: 9 }, (_, i) => ({
      ...lifecycleEvent('failed', i),
      subject: i % 2 === 0 ? 'leeds/pump-1' : 'leeds/pump-2',
    }));
    await apply(events);
    const ids = (query: Parameters<StoredOperations['events']>[0]) => {
      const { items, next } = operations.events(query);
      return { ids: items.map((event) => Number(event.id.split('-').at(-1))), next };
    };
    const first = ids({ limit: 3 });
    expect(first.ids).toEqual([8, 7, 6]);
    expect(ids({ limit: 3, before: first.next! })).toEqual({ ids: [5, 4], next: null });
    const even = ids({ limit: 2, subject: 'leeds/pump-1' });
    expect(even.ids).toEqual([8, 6]);
    expect(ids({ limit: 2, subject: 'leeds/pump-1', before: even.next! })).toEqual({ ids: [4], next: null });
    expect(ids({ limit: 2, subject: 'leeds/pump' }).ids).toEqual([]);
    expect(() => operations.events({ limit: 3, before: 'x' })).toThrow(/not the end of a page/);
  });

  it('may have any id and subject', async () => {
    const odd = {
      ...lifecycleEvent('failed', 1),
      id: `${'é'.repeat(100)}\ud800\u0000`,
      subject: 'ü'.repeat(200),
    };
    await apply([odd, odd]);
    expect(operations.events({ limit: 10, subject: odd.subject }).items).toHaveLength(1);
  });
});

describe('telemetry', () => {
  const telemetry = (lastSeq: number, state: object) =>
    operations.applyTelemetry({
      gateway: 'north',
      journal,
      lane: 'estimates',
      lastSeq,
      machines: [{ site: 'leeds', machine: 'pump-1', machineType: 'pump', ...state }],
    });

  it('moves its watermark forward only', async () => {
    await telemetry(5, {});
    await telemetry(3, {});
    expect(operations.watermark('north', journal, 'estimates')).toBe(5);
    expect(operations.watermark('north', journal, 'readings')).toBe(0);
  });

  it('keeps the newest estimate, whatever the order', async () => {
    const life = { p10: 1, p50: 2, p90: 3, unit: 'cycles' };
    await telemetry(1, { lastSeenMs: 20_000, health: 0.4, anomaly: 0, remainingLife: life, source: 'model' });
    await telemetry(2, { lastSeenMs: 10_000, health: 0.9, anomaly: 0, remainingLife: null, source: 'rules' });
    await telemetry(3, { lastSeenMs: 90_000 });
    await reopen();
    expect(operations.machines()).toMatchObject([
      { health: 0.4, remainingLife: life, source: 'model', lastSeenMs: 90_000 },
    ]);
  });

  it('lists no more machines than it may', async () => {
    await reopen({ machinesMax: 1 });
    await telemetry(1, {});
    await telemetry(2, { machine: 'pump-2' });
    expect(operations.machines().map((state) => state.machine)).toEqual(['pump-1']);
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

  it('keeps entries with the beginning of their bodies, newest first', async () => {
    await operations.quarantine(entry, Buffer.from('first'));
    await operations.quarantine({ ...entry, gateway: 'south' }, Buffer.alloc(100_000, 1));
    await reopen();
    expect(operations.quarantined({ limit: 10 }).items).toEqual([
      { ...entry, id: 2, gateway: 'south' },
      { ...entry, id: 1 },
    ]);
    expect(operations.quarantined({ limit: 10, subject: 'north' }).items).toHaveLength(1);
    expect(operations.quarantinedBody(1)?.toString()).toBe('first');
    expect(operations.quarantinedBody(2)?.length).toBe(64 << 10);
  });

  it('is bounded in entries and in bytes', async () => {
    await reopen({ quarantineMax: 4, quarantineBytesMax: 2_500 });
    for (let i = 0; i < 6; i++) await operations.quarantine(entry, Buffer.alloc(1_000));
    expect(operations.quarantined({ limit: 10 }).items.map(({ id }) => id)).toEqual([6, 5]);
    expect(operations.quarantinedBody(4)).toBeNull();
    for (let i = 0; i < 6; i++) await operations.quarantine(entry, Buffer.alloc(1));
    expect(operations.quarantinedCount()).toBe(4);
  });
});

describe('notifications', () => {
  it('come out in order; one that waits holds up its own alert only', async () => {
    await apply([
      predictionEvent('opened', 1),
      predictionEvent('updated', 2),
      predictionEvent('opened', 3, { predictionId: 'p-2' }),
    ]);
    const first = due('mail')!;
    expect(first.key).toBe('p-1/opened/prediction-opened-1/mail');
    await queue().retryAt(first, clock.nowMs() + 5_000, 'no answer');
    const second = due('mail')!;
    expect(second.key).toBe('p-2/opened/prediction-opened-3/mail');
    await queue().confirm(second);
    expect(queue().next('mail', clock.nowMs())).toEqual({ due: null, atMs: clock.nowMs() + 5_000 });
    await reopen();
    expect(queue().next('mail', clock.nowMs() + 5_000).due).toMatchObject({
      key: first.key,
      attempts: 1,
      lastError: 'no answer',
    });
    expect(due('hook')?.key).toBe('p-1/opened/prediction-opened-1/hook');
  });

  it('planned by a clock that was set back since are due', async () => {
    await apply([predictionEvent('opened', 1)]);
    await queue().retryAt(due('mail')!, clock.nowMs() + 5_000, 'no');
    expect(queue().next('mail', clock.nowMs() - 86_400_000).due).not.toBeNull();
  });

  it('that were confirmed are not queued again, even if their event is forgotten', async () => {
    await reopen({ eventsMax: 1 });
    await apply([predictionEvent('opened', 1)]);
    await queue().confirm(due('mail')!);
    await queue().confirm(due('hook')!);
    await apply([predictionEvent('resolved', 2)]);
    await reopen({ eventsMax: 1, alertsResolvedMax: 1 });
    await apply([
      predictionEvent('resolved', 3, { predictionId: 'p-2' }),
      predictionEvent('resolved', 4, { predictionId: 'p-3' }),
    ]);
    await apply([predictionEvent('opened', 1)]);
    expect([...queue().waiting()]).toEqual([
      ['mail', 1],
      ['hook', 1],
    ]);
    expect(due('mail')?.change).toBe('resolved');
  });

  it('that are dead can be listed and sent again', async () => {
    await apply([predictionEvent('opened', 1)]);
    const first = due('mail')!;
    await queue().bury(first, 'refused');
    await reopen();
    expect(due('mail')).toBeNull();
    expect(queue().deadCount()).toBe(1);
    expect(queue().dead({ limit: 10 }).items).toMatchObject([
      { reason: 'refused', notification: { key: first.key, attempts: 1 } },
    ]);
    const woken: string[] = [];
    queue().onQueued((notifier) => woken.push(notifier));
    expect(await queue().redrive(first.key)).toBe(true);
    expect(await queue().redrive(first.key)).toBe(false);
    expect(woken).toEqual(['mail']);
    expect(due('mail')).toMatchObject({ key: first.key, attempts: 0 });
    expect(queue().deadCount()).toBe(0);
  });

  it('are bounded: the oldest becomes a dead letter', async () => {
    await reopen({ notificationsMax: 2, deadNotificationsMax: 2 });
    await apply([1, 2, 3, 4, 5].map((n) => predictionEvent('opened', n, { predictionId: `p-${n}` })));
    expect(queue().waiting().get('mail')).toBe(2);
    expect(due('mail')?.key).toContain('p-4/');
    expect(queue().deadCount()).toBe(2);
  });
});

describe('alerts', () => {
  it('are bounded, open and resolved', async () => {
    await reopen({ alertsOpenMax: 2, alertsResolvedMax: 1 });
    await apply([1, 2, 3].map((n) => predictionEvent('opened', n, { predictionId: `p-${n}` })));
    expect(operations.alerts().map(({ alertId }) => alertId)).toEqual(['p-2', 'p-3']);
    await apply([2, 3].map((n) => predictionEvent('resolved', n + 10, { predictionId: `p-${n}` })));
    expect(operations.alerts()).toMatchObject([{ alertId: 'p-3', state: 'resolved' }]);
  });
});

describe('a damaged database is refused with what to do, not opened', () => {
  const file = () => join(dataDir, 'operations', 'data.mdb');
  const damage = {
    'of zeros': () => writeFileSync(file(), Buffer.alloc(100_000)),
    'of something else': () => writeFileSync(file(), 'x'.repeat(100_000)),
    'of a few bytes': () => writeFileSync(file(), 'abc'),
    'cut in half': () => truncateSync(file(), readFileSync(file()).length >> 1),
    'without its first page': () => writeFileSync(file(), readFileSync(file()).fill(0, 0, 4096)),
  };

  it.each(Object.entries(damage))('%s', async (_, harm) => {
    await apply([predictionEvent('opened', 1)]);
    await operations.close();
    const whole = readFileSync(file());
    harm();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'OPERATIONS_DAMAGED' }));
    writeFileSync(file(), whole);
    operations = open();
    expect(operations.alerts()).toHaveLength(1);
  });
});
