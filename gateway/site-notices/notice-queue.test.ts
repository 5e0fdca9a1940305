import { beforeEach, describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../shared/contract/events.ts';
import { alertTextOf } from '../../shared/notifiers/alert-text.ts';
import type { Notification } from '../../shared/notifiers/notifier.ts';
import { predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import { DeadNotices, deadMax } from './dead-notices.ts';
import { waitingMax } from './debt.ts';
import { NoticeQueue } from './notice-queue.ts';
import { OpenAlerts } from './open-alerts.ts';

let alerts: OpenAlerts;
let queue: NoticeQueue;
let dead: DeadNotices;
let told: [change: string, events: readonly string[]][];
const nowMs = Date.parse('2026-03-01T12:00:00Z');

beforeEach(() => {
  alerts = new OpenAlerts('north');
  told = [];
  dead = new DeadNotices();
  queue = newQueue();
});

function newQueue(): NoticeQueue {
  return new NoticeQueue({
    gateway: 'north',
    notifiers: ['siren'],
    members: () => alerts.members(() => true),
    nowMs: () => nowMs,
    changed: async () => {},
    confirmed: (_notifier, changes) => {
      for (const { change, events } of changes) told.push([change, events]);
    },
    dead,
  });
}

function take(event: ReturnType<typeof predictionEvent>): void {
  const change = alerts.take(event as AlertEvent);
  if (change) queue.add('siren', change);
}

const due = (): Notification | null => queue.next('siren', nowMs).due;

describe('what a site is owed', () => {
  it('is the latest change of each alert, with all that it tells', async () => {
    take(predictionEvent('opened', 1));
    take(predictionEvent('updated', 2));
    expect(due()).toMatchObject({ change: 'opened', event: { id: 'prediction-updated-2' } });
    await queue.confirm(due()!);
    expect(told).toEqual([['opened', ['prediction-opened-1', 'prediction-updated-2']]]);
    take(predictionEvent('resolved', 3));
    expect(due()).toMatchObject({ change: 'resolved' });
    await queue.confirm(due()!);
    expect(due()).toBeNull();
  });

  it('is the opening with its span where the alert has ended, if a notifier hears of no ends', async () => {
    take(predictionEvent('opened', 1));
    queue.ended('siren', 'p-1', '2026-03-01T08:40:00.000Z');
    expect(due()).toMatchObject({ change: 'opened', event: { data: { until: '2026-03-01T08:40:00.000Z' } } });
    take(predictionEvent('opened', 4, { predictionId: 'p-2' }));
    await queue.confirm(due()!);
    expect(due()).toMatchObject({ event: { id: 'prediction-opened-4' } });
    queue.ended('siren', 'p-2', '2026-03-01T08:40:00.000Z');
    expect(due()!.event.data).not.toHaveProperty('until');
  });

  it('of one machine is told in an order in which the last is true: first what is over, once, then what is open', async () => {
    take(predictionEvent('opened', 1));
    take(predictionEvent('updated', 2));
    await queue.retryAt(due()!, nowMs + 600_000, 'no answer');
    expect(due()).toBeNull();
    take(predictionEvent('opened', 3, { predictionId: 'p-9', machine: 'pump-9' }));
    expect(due()).toMatchObject({ event: { id: 'prediction-opened-3' } });
    await queue.confirm(due()!);
    take(predictionEvent('opened', 4, { predictionId: 'p-2', severity: 'critical' }));
    take(predictionEvent('resolved', 5));
    const words: string[] = [];
    for (let next = due(); next; next = due()) {
      words.push(alertTextOf(next).headline);
      await queue.confirm(next);
    }
    expect(words).toEqual([
      'Warning, over: bearing wear on leeds/pump-1, from 2026-03-01 10:01 UTC to 2026-03-01 10:05 UTC',
      'CRITICAL: bearing wear on leeds/pump-1',
    ]);
  });

  it('is not what comes again, nor the end of what nobody knows', () => {
    take(predictionEvent('resolved', 3));
    expect(due()).toBeNull();
    take(predictionEvent('opened', 1));
    const { key } = due()!;
    take(predictionEvent('opened', 1));
    expect(due()).toMatchObject({ key });
  });

  it('includes a change that came while an earlier one was being sent', async () => {
    take(predictionEvent('opened', 1));
    const first = due()!;
    take(predictionEvent('updated', 2));
    await queue.confirm(first);
    expect(due()).toMatchObject({ change: 'updated' });
    expect(told).toEqual([['opened', ['prediction-opened-1']]]);
  });

  it('is still an opening if that could not be sent, and the alert has changed meanwhile', async () => {
    take(predictionEvent('opened', 1));
    const first = due()!;
    take(predictionEvent('updated', 2));
    await queue.retryAt(first, nowMs + 1_000, 'no answer');
    expect(due()).toMatchObject({ change: 'opened', event: { id: 'prediction-updated-2' } });
  });

  it('is one digest of what is open if there is too much of it', async () => {
    for (let i = 0; i <= waitingMax; i++) take(predictionEvent('opened', 1, { predictionId: `p-${i}` }));
    take(predictionEvent('resolved', 2, { predictionId: 'p-0' }));
    const digest = due()!;
    expect(digest).toMatchObject({
      key: expect.stringMatching(/^north~digest-1\/digest\//),
      change: 'digest',
      event: { source: '/gateways/north', data: { open: waitingMax, resolved: 1 } },
    });
    expect(queue.summedUp().get('siren')).toBe(waitingMax + 1);
    await queue.confirm(digest);
    expect(due()).toBeNull();
    take(predictionEvent('updated', 3, { predictionId: 'p-7' }));
    expect(due()).toMatchObject({ change: 'updated' });
  });

  it('is what changes while a digest is being sent, after it', async () => {
    for (let i = 0; i <= waitingMax; i++) take(predictionEvent('opened', 1, { predictionId: `p-${i}` }));
    const digest = due()!;
    take(predictionEvent('opened', 1, { predictionId: 'new' }));
    take(predictionEvent('updated', 2, { predictionId: 'p-1', severity: 'critical' }));
    take(predictionEvent('resolved', 2, { predictionId: 'p-2' }));
    await queue.confirm(digest);
    for (const change of ['resolved', 'opened', 'updated']) {
      expect(due()).toMatchObject({ change });
      await queue.confirm(due()!);
    }
    expect(due()).toBeNull();
  });

  it('is one digest again if that could not be sent, or too much has changed meanwhile', async () => {
    const openMany = (name: string) => {
      for (let i = 0; i <= waitingMax; i++)
        take(predictionEvent('opened', 1, { predictionId: `${name}-${i}` }));
    };
    openMany('p');
    take(predictionEvent('resolved', 2, { predictionId: 'p-0' }));
    let digest = due()!;
    take(predictionEvent('resolved', 2, { predictionId: 'p-1' }));
    await queue.retryAt(digest, nowMs, 'no answer');
    expect(due()).toMatchObject({ event: { data: { open: waitingMax - 1, resolved: 2 } } });
    digest = due()!;
    openMany('q');
    take(predictionEvent('resolved', 2, { predictionId: 'q-0' }));
    // The digest may or may not have arrived, so it is kept for a restart.
    expect(queue.kept()[0]?.digest).toMatchObject({ number: 2, resolved: 2 });
    await queue.confirm(digest);
    expect(due()).toMatchObject({ event: { data: { open: 2 * waitingMax - 1, resolved: 1 } } });
    await queue.confirm(due()!);
    expect(due()).toBeNull();
  });

  it('names what a digest has told, once that is confirmed', async () => {
    for (let i = 0; i <= waitingMax; i++) take(predictionEvent('opened', i, { predictionId: `p-${i}` }));
    take(predictionEvent('resolved', 900, { predictionId: 'p-7' }));
    const kept = JSON.parse(JSON.stringify(queue.kept()));
    queue = newQueue();
    queue.restore(kept);
    expect(told).toEqual([]);
    await queue.confirm(due()!);
    expect(told).toHaveLength(waitingMax + 1);
    expect(told).toContainEqual(['opened', ['prediction-opened-3']]);
    expect(told).toContainEqual(['resolved', ['prediction-opened-7', 'prediction-resolved-900']]);
  });

  it('is told by a digest after a receiver has not answered for long, and by nothing if it has refused', async () => {
    take(predictionEvent('opened', 1));
    await queue.giveUp(due()!, 'no answer', 'unanswered');
    expect(due()).toMatchObject({ change: 'digest', event: { data: { open: 1 } } });
    await queue.confirm(due()!);
    take(predictionEvent('updated', 2));
    await queue.giveUp(due()!, 'unknown address', 'refused');
    expect(due()).toBeNull();
  });

  it('is sent again when a person asks for it, under its key, or by what waits in its place', async () => {
    take(predictionEvent('opened', 1));
    const { key } = due()!;
    await queue.giveUp(due()!, 'unknown address', 'refused');
    expect([due(), dead.all()]).toMatchObject([
      null,
      [{ reason: 'unknown address', notification: { attempts: 1 } }],
    ]);
    expect([await queue.redrive(key), await queue.redrive(key)]).toEqual([true, false]);
    expect(due()).toMatchObject({ key, change: 'opened', attempts: 0 });
    await queue.giveUp(due()!, 'unknown address', 'refused');
    take(predictionEvent('updated', 2));
    await queue.redrive(key);
    expect(due()).toMatchObject({ change: 'opened', event: { id: 'prediction-updated-2' } });
    await queue.confirm(due()!);
    expect([due(), told]).toEqual([null, [['opened', ['prediction-opened-1', 'prediction-updated-2']]]]);
  });

  it('and was given up is kept within bounds, digests too', async () => {
    take(predictionEvent('opened', 1));
    await queue.giveUp(due()!, 'no answer', 'unanswered');
    await queue.giveUp(due()!, 'unknown address', 'refused');
    const [, digest] = dead.all();
    expect([due(), digest?.notification.change]).toEqual([null, 'digest']);
    expect(await queue.redrive(digest!.notification.key)).toBe(true);
    expect(due()).toMatchObject({ change: 'digest', event: { data: { open: 1 } } });
    for (let i = 0; i <= deadMax; i++)
      dead.add({ ...digest!, notification: { ...digest!.notification, key: `k${i}` } });
    expect(dead.all().map(({ notification }) => notification.key)).toEqual(
      Array.from({ length: deadMax }, (_, i) => `k${i + 1}`),
    );
  });

  it('outlasts a restart; what belongs to a notifier that is gone is left out', () => {
    take(predictionEvent('opened', 1));
    const kept = JSON.parse(JSON.stringify(queue.kept()));
    queue = newQueue();
    queue.restore([...kept, { notifier: 'gone', owed: [], digest: null, digests: 3 }]);
    expect(due()).toMatchObject({ change: 'opened' });
    expect([...queue.waiting()]).toEqual([['siren', 1]]);
  });
});

describe('after a start', () => {
  const open = {
    ...{
      predictionId: 'p-1',
      site: 'leeds',
      machine: 'pump-1',
      machineType: 'pump',
      failureMode: 'bearing-wear',
    },
    severity: 'warning' as const,
    openedAtMs: nowMs,
    assessment: {
      ...{ source: 'rules' as const, model: null, remainingLife: null },
      ...{ health: 1, anomaly: 0, confidence: 1, contributions: [] },
    },
  };

  it('what ended meanwhile is told as ended, and what is open and unknown as opened', () => {
    take(predictionEvent('opened', 1, { predictionId: 'p-0' }));
    const missing = alerts.missing([open], [], nowMs);
    expect(missing.map(({ type, data }) => [type, 'predictionId' in data && data.predictionId])).toEqual([
      ['io.harbinger.prediction.resolved.v1', 'p-0'],
      ['io.harbinger.prediction.opened.v1', 'p-1'],
    ]);
    for (const event of missing) alerts.take(event);
    expect(alerts.missing([open], [], nowMs)).toEqual([]);
  });
});
