import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertTextOf } from '../../../shared/notifiers/alert-text.ts';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());
const queue = () => test.now.notifications;
const due = (notifier: string) => queue().next(notifier, test.clock.nowMs()).due;

describe('notifications', () => {
  it('are taken in order; one that waits delays only its own machine', async () => {
    await test.apply([
      predictionEvent('opened', 1),
      predictionEvent('updated', 2),
      predictionEvent('opened', 3, { predictionId: 'p-2', machine: 'pump-2' }),
    ]);
    const first = due('mail')!;
    expect(first.key).toBe('north~p-1/opened/prediction-opened-1/mail');
    await queue().retryAt(first, test.clock.nowMs() + 5_000, 'no answer');
    const second = due('mail')!;
    expect(second.key).toBe('north~p-2/opened/prediction-opened-3/mail');
    await queue().confirm(second);
    expect(queue().next('mail', test.clock.nowMs())).toEqual({ due: null, atMs: test.clock.nowMs() + 5_000 });
    await test.reopen();
    expect(queue().next('mail', test.clock.nowMs() + 5_000).due).toMatchObject({
      key: first.key,
      attempts: 1,
      lastError: 'no answer',
    });
    expect(due('hook')?.key).toBe('north~p-1/opened/prediction-opened-1/hook');
  });

  it('have keys in which the id of an event stands as it is, whatever 0.1.0 made of it', async () => {
    const opened = { ...predictionEvent('opened', 1), id: 'p-1/opened' };
    await test.now.events.apply('north', [opened]);
    expect(due('mail')!.key).toBe('north~p-1/opened/p-1/opened/mail');

    const other = predictionEvent('opened', 2, { predictionId: 'p-2' });
    await queue().confirm({ ...due('mail')!, key: 'p-2/opened/p-2%2Fopened/mail' });
    await test.now.events.apply('north', [{ ...other, id: 'p-2/opened' }]);
    expect([...queue().waiting()]).toEqual([
      ['mail', 1],
      ['hook', 2],
    ]);
  });

  it('of two gateways are two, although one is a copy of the other and gives its alerts the same ids', async () => {
    const opened = predictionEvent('opened', 1);
    await test.now.events.apply('north', [opened]);
    await test.now.events.apply('south', [{ ...opened, source: '/gateways/south' }]);
    const keys = [due('mail')!, due('mail')!].map(({ key }) => key).sort();
    expect(keys).toEqual(['north', 'south'].map((name) => `${name}~p-1/opened/prediction-opened-1/mail`));
    // A notification that an earlier version has confirmed is not told again.
    await queue().confirm({ ...due('mail')!, key: 'p-2/opened/prediction-opened-2/mail' });
    await test.apply([predictionEvent('opened', 2, { predictionId: 'p-2' })]);
    expect(queue().waiting().get('mail')).toBe(2);
  });

  it('of one of two alerts of one id delay and keep nothing of the other', async () => {
    test.changes = { mail: ['opened', 'updated'], hook: [] };
    const south = <T extends object>(event: T) => ({ ...event, source: '/gateways/south' });
    await test.now.events.apply('north', [predictionEvent('opened', 1)]);
    await test.now.events.apply(
      'south',
      [predictionEvent('opened', 1), predictionEvent('updated', 2)].map(south),
    );
    await queue().retryAt(due('mail')!, test.clock.nowMs() + 5_000, 'no answer');
    const { key } = due('mail')!;
    expect(key).toBe('south~p-1/opened/prediction-opened-1/mail');
    await queue().retryAt(due('mail')!, test.clock.nowMs() + 5_000, 'no answer');
    test.clock.advanceNow(5_000);
    expect(due('mail')!.key).toMatch(/^north/);
    // While that of north is being sent, what waits of south is summed up to what it tells at its end.
    await test.now.events.apply('south', [south(predictionEvent('resolved', 3))]);
    expect(queue().waiting().get('mail')).toBe(2);
  });

  it('that were planned before the clock was set back are due', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await queue().retryAt(due('mail')!, test.clock.nowMs() + 5_000, 'no');
    const { due: again } = queue().next('mail', test.clock.nowMs() - 86_400_000);
    expect(again).toMatchObject({ key: 'north~p-1/opened/prediction-opened-1/mail', attempts: 1 });
  });

  it('that were confirmed are not queued again, even after their event was evicted', async () => {
    await test.reopen({ eventsMax: 1 });
    await test.apply([predictionEvent('opened', 1)]);
    await queue().confirm(due('mail')!);
    await queue().confirm(due('hook')!);
    await test.apply([predictionEvent('resolved', 2)]);
    await test.reopen({ eventsMax: 1, alertsResolvedMax: 1 });
    await test.apply([
      predictionEvent('resolved', 3, { predictionId: 'p-2' }),
      predictionEvent('resolved', 4, { predictionId: 'p-3' }),
    ]);
    await test.apply([predictionEvent('opened', 1)]);
    expect([...queue().waiting()]).toEqual([
      ['mail', 1],
      ['hook', 1],
    ]);
    expect(due('mail')?.change).toBe('resolved');
  });

  it('that were confirmed are known up to a limit: the oldest are forgotten, the newest are not', async () => {
    const opened = (minute: number, predictionId: string) =>
      predictionEvent('opened', minute, { predictionId });
    // Alerts that are forgotten: only what was confirmed says that their notifications were sent.
    const forgotten = { eventsMax: 1, alertsResolvedMax: 1 };
    await test.reopen(forgotten);
    let sample: ReturnType<typeof due> = null;
    const tell = async (minute: number, predictionId: string) => {
      await test.apply([opened(minute, predictionId)]);
      sample = due('mail');
      for (const notifier of ['mail', 'hook']) await queue().confirm(due(notifier)!);
      await test.apply([predictionEvent('resolved', minute + 1, { predictionId })]);
      for (const notifier of ['mail', 'hook']) await queue().confirm(due(notifier)!);
    };
    await tell(1, 'first');
    await Promise.all(
      Array.from({ length: 20_000 }, (_, i) => queue().confirm({ ...sample!, key: `other-${i}` })),
    );
    await tell(3, 'last');
    await tell(5, 'p-3');
    await tell(7, 'p-4');
    await test.apply([opened(3, 'last')]);
    expect([...queue().waiting()]).toEqual([]);
    await test.apply([opened(1, 'first')]);
    expect([...queue().waiting()]).toEqual([
      ['mail', 1],
      ['hook', 1],
    ]);
  });

  it('of an opening that waits when the alert has ended tell both once, to who hears of no ends', async () => {
    test.changes = { mail: ['opened', 'updated'] };
    await test.apply([predictionEvent('opened', 1), predictionEvent('updated', 2)]);
    await queue().retryAt(due('mail')!, test.clock.nowMs() + 5_000, 'no answer');
    expect(due('mail')).toBeNull();
    await test.apply([predictionEvent('resolved', 3)]);
    await test.reopen();
    expect(['mail', 'hook'].map((name) => queue().waiting().get(name))).toEqual([1, 3]);
    const since = '2026-03-01T10:02:00Z';
    expect(due('mail')).toMatchObject({ event: { data: { since, until: '2026-03-01T10:03:00Z' } } });
    expect(due('hook')!.event.data).not.toHaveProperty('until');
  });

  describe('of one machine, whose receiver was away', () => {
    const of = (kind: 'opened' | 'updated' | 'resolved', minute: number, predictionId: string) =>
      predictionEvent(kind, minute, { predictionId });
    /** Delivers what is due; each as its alert, its change and its first words. */
    const told = async (notifier = 'mail') => {
      const words: string[] = [];
      for (let next = due(notifier); next; next = due(notifier)) {
        words.push(`${next.key.split('/')[0]} ${alertTextOf(next).headline.split(':')[0]}`);
        await queue().confirm(next);
      }
      return words;
    };

    it('tell first what is over, once, and last what is true', async () => {
      await test.apply([of('opened', 1, 'p-1')]);
      await queue().retryAt(due('mail')!, test.clock.nowMs() + 600_000, 'no answer');
      await test.apply([of('resolved', 2, 'p-1'), predictionEvent('opened', 3, critical('p-2'))]);
      expect(await told()).toEqual(['north~p-1 Warning, over', 'north~p-2 CRITICAL']);
      expect([...queue().waiting()]).toEqual([['hook', 3]]);
      // Nothing that another notification has told is queued again.
      await test.apply([of('opened', 1, 'p-1'), of('resolved', 2, 'p-1')]);
      expect(due('mail')).toBeNull();
    });

    it('wait together while it does not answer, and are tried at once when there is something new', async () => {
      await test.apply([of('opened', 1, 'p-1'), predictionEvent('opened', 2, critical('p-2'))]);
      const later = test.clock.nowMs() + 600_000;
      await queue().retryAt(due('mail')!, later, 'no answer');
      expect(queue().next('mail', test.clock.nowMs())).toEqual({ due: null, atMs: later });
      await test.apply([predictionEvent('opened', 3, { predictionId: 'p-3', machine: 'pump-2' })]);
      expect(due('mail')!.key).toMatch(/^north~p-3/);
      await queue().confirm(due('mail')!);
      expect(due('mail')).toBeNull();
      await test.apply([of('updated', 4, 'p-2')]);
      expect(due('mail')).toMatchObject({ key: expect.stringMatching(/^north~p-1/), attempts: 1 });
    });

    it('tell the end of one that was told before, before another that is open', async () => {
      await test.apply([of('opened', 1, 'p-1')]);
      await queue().confirm(due('mail')!);
      await test.apply([predictionEvent('opened', 2, critical('p-2'))]);
      await queue().retryAt(due('mail')!, test.clock.nowMs() + 600_000, 'no answer');
      await test.apply([of('resolved', 3, 'p-1')]);
      expect(await told()).toEqual(['north~p-1 Resolved', 'north~p-2 CRITICAL']);
    });

    it('tell each change to programs, and last what is true', async () => {
      await test.apply([of('opened', 1, 'p-1')]);
      await queue().retryAt(due('hook')!, test.clock.nowMs(), 'no answer');
      await test.apply([predictionEvent('opened', 2, critical('p-2')), of('resolved', 3, 'p-1')]);
      expect(await told('hook')).toEqual(['north~p-1 Warning', 'north~p-1 Resolved', 'north~p-2 CRITICAL']);
    });

    it('say that it failed where it did, not that it is over', async () => {
      await test.apply([of('opened', 1, 'p-1')]);
      const first = due('mail')!;
      await test.apply([predictionEvent('resolved', 2, { outcome: 'failed' })]);
      await queue().retryAt(first, test.clock.nowMs(), 'no answer');
      expect(await told()).toEqual(['north~p-1 FAILED']);
    });

    const critical = (predictionId: string) => ({ predictionId, severity: 'critical' as const });
  });

  it('that are being sent when the alert ends tell that too, if they are sent again', async () => {
    test.changes = { mail: ['opened'] };
    await test.apply([predictionEvent('opened', 1)]);
    const sent = due('mail')!;
    await test.apply([predictionEvent('resolved', 3)]);
    await queue().retryAt(sent, test.clock.nowMs(), 'no answer');
    expect(due('mail')).toMatchObject({ attempts: 1, event: { data: { until: '2026-03-01T10:03:00Z' } } });
  });

  it('of a problem of Harbinger itself are dropped then, and what is being sent is not', async () => {
    test.changes = { mail: ['opened'], hook: ['opened'] };
    await test.apply([conditionEvent('opened', 1)]);
    const sent = due('hook');
    await test.apply([conditionEvent('resolved', 2)]);
    expect([...queue().waiting()]).toEqual([['hook', 1]]);
    expect(sent?.change).toBe('opened');
  });

  it('that are dead can be listed and resent', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    const first = due('mail')!;
    await queue().giveUp(first, 'refused', 'refused');
    await test.reopen();
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
});
