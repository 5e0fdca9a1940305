/**
 * Digests, over made-up histories: whatever happens to alerts, receiver and process, every alert is told itself or
 * counted by a digest, and what is kept stays within its bounds.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DigestData } from '../../../shared/notifiers/digest.ts';
import type { DigestNotification, Notification } from '../../../shared/notifiers/notifier.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { TestOperations } from '../operations.testing.ts';

const minuteMs = 60_000;
const limits = { notificationsMax: 4, deadNotificationsMax: 3, alertsOpenMax: 1_000 };

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const queue = () => test.now.notifications;
const due = () => queue().next('mail', test.clock.nowMs()).due;
const opened = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => event('opened', from + i));

let events = 0;
function event(kind: 'opened' | 'updated' | 'resolved', alert: number) {
  events += 1;
  const severity = alert % 2 === 0 ? ('critical' as const) : ('warning' as const);
  const data = { predictionId: `p-${alert}`, machine: `pump-${alert}`, severity };
  const time = new Date(Date.UTC(2026, 2, 1) + events * 1_000).toISOString();
  return { ...predictionEvent(kind, 0, data), id: `e-${events}`, time };
}

/** Delivers all that is due, however often the digest must be waited for. */
async function deliver(): Promise<Notification[]> {
  const told: Notification[] = [];
  for (let idle = 0; idle < 2; ) {
    const next = due();
    if (next) {
      told.push(next);
      await queue().confirm(next);
      idle = 0;
    } else {
      idle += 1;
      await test.clock.advance(2 * minuteMs);
    }
  }
  return told;
}

const digestsOf = (told: readonly Notification[]): DigestData[] =>
  told.flatMap((each) => (each.change === 'digest' ? [each.event.data] : []));
const alertOf = ({ key }: Notification) => key.slice(key.indexOf('~') + 1, key.indexOf('/'));

describe('notifications that are too many', () => {
  it('are told in a digest: the oldest, as they are when the receiver is back', async () => {
    await test.reopen(limits);
    await test.apply(opened(1, 20));
    expect(queue().waiting().get('mail')).toBe(4);
    expect(queue().summedUp().get('mail')).toBe(16);
    expect(queue().deadCount()).toBe(0);
    expect(test.logged.filter(({ text }) => text.includes('summed up'))).toHaveLength(2); // mail and hook
    await test.apply([event('resolved', 3), event('updated', 5), event('resolved', 20)]);
    await test.reopen(limits);
    const told = await deliver();
    const [digest, ...others] = digestsOf(told);
    expect(others).toEqual([]);
    expect(digest).toMatchObject({
      open: 16,
      critical: 8,
      resolved: 1,
      sites: [{ site: 'leeds', open: 16 }],
    });
    expect(digest?.examples[0]).toMatchObject({ alertId: 'p-10', gateway: 'north', severity: 'critical' });
    expect(
      told.filter(({ change }) => change !== 'digest').map((each) => `${alertOf(each)} ${each.change}`),
    ).toEqual(['p-18 opened', 'p-19 opened', 'p-20 opened', 'p-20 resolved']);
    expect([...queue().waiting(), ...queue().summedUp()].filter(([name]) => name === 'mail')).toEqual([]);
  });

  it('a digest that is not answered is tried for ever, and always says how things are', async () => {
    await test.reopen(limits);
    await test.apply(opened(1, 10));
    await test.clock.advance(2 * minuteMs);
    const first = due() as DigestNotification;
    expect(first.event.data).toMatchObject({ open: 6, resolved: 0 });
    await queue().retryAt(first, test.clock.nowMs(), 'no answer');
    expect(due()).toMatchObject({ key: first.key, attempts: 1, event: first.event });
    await test.reopen(limits);
    expect(due()).toMatchObject({ key: first.key, event: first.event });
    await test.apply([event('resolved', 1)]);
    const second = due() as DigestNotification;
    expect(second.key).not.toBe(first.key);
    expect(second.event.data).toMatchObject({ open: 5, resolved: 1 });
  });

  it('what changes while a digest is sent is told by the next one', async () => {
    await test.reopen(limits);
    await test.apply(opened(1, 10));
    await test.clock.advance(2 * minuteMs);
    const first = due()!;
    await test.apply([event('resolved', 1), event('updated', 2), ...opened(11, 11)]);
    await queue().confirm(first);
    expect(queue().summedUp().get('mail')).toBe(3);
    const [second] = digestsOf(await deliver());
    expect(second).toMatchObject({ open: 2, resolved: 1 });
  });

  it('that nobody has answered are dead letters, and told all the same when the receiver is back', async () => {
    await test.reopen(limits);
    await test.apply(opened(1, 4));
    for (let next = due(); next; next = due()) await queue().giveUp(next, 'no answer', 'unanswered');
    expect(queue().deadCount()).toBe(3);
    await test.now.notifications.redrive(queue().dead({ limit: 1 }).items[0]!.notification.key);
    const told = await deliver();
    expect(digestsOf(told)).toMatchObject([{ open: 3 }]);
    expect(told.filter(({ change }) => change !== 'digest').map(alertOf)).toEqual(['p-4']);
  });

  it('a digest that is refused is a dead letter that can be sent again', async () => {
    await test.reopen(limits);
    await test.apply(opened(1, 10));
    await test.clock.advance(2 * minuteMs);
    const digest = due()!;
    await queue().giveUp(digest, '400', 'refused');
    expect(queue().summedUp().get('mail')).toBeUndefined();
    expect(await queue().redrive(digest.key)).toBe(true);
    // It needs a place in the queue, for which another one is summed up.
    expect(digestsOf(await deliver())).toMatchObject([{ open: 6 }, { open: 1 }]);
  });

  it('are only counted beyond as many as a digest knows one by one', async () => {
    await test.reopen({ ...limits, alertsOpenMax: 10 });
    await test.apply(opened(1, 100));
    expect(queue().summedUp().get('mail')).toBe(96);
    const [digest] = digestsOf(await deliver());
    expect(digest!.open + digest!.resolved).toBe(96);
  });

  it('are not counted as open if they have ended, however many there were', async () => {
    await test.reopen({ ...limits, alertsOpenMax: 10 });
    const resolved = (from: number, to: number) =>
      opened(from, to).map((_, i) => event('resolved', from + i));
    await test.apply(opened(1, 10));
    // Never more than 10 are open, and whenever one more is known the oldest of them are among the open ones.
    for (const from of [1, 11, 21]) {
      await test.apply([...resolved(from + 5, from + 9), ...opened(from + 10, from + 14)]);
      await test.apply([...resolved(from, from + 4), ...opened(from + 15, from + 19)]);
    }
    const told = await deliver();
    const [digest] = digestsOf(told);
    const openItself = told.filter(({ change }) => change === 'opened').length;
    expect(digest!.open).toBeLessThanOrEqual(10);
    expect(digest!.open + openItself).toBeGreaterThanOrEqual(10);
    expect(digest!.resolved).toBeGreaterThanOrEqual(26);
  });
});

interface Change {
  kind: 'opened' | 'updated' | 'resolved';
  alert: number;
}

type Step =
  | ({ do: 'event' } & Change)
  | { do: 'attempt'; outcome: 'confirmed' | 'retried' | 'unanswered' | 'killed'; during: Change[] }
  | { do: 'restart' }
  | { do: 'wait'; minutes: number };

const changes: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('opened', 'opened', 'updated', 'resolved'),
  alert: fc.integer({ min: 1, max: 30 }),
});
const attempts: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('attempt'),
  outcome: fc.constantFrom('confirmed', 'retried', 'unanswered', 'killed'),
  during: fc.array(changes, { maxLength: 3 }),
});
const restarts: fc.Arbitrary<Step> = fc.constant({ do: 'restart' });
const waits: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('wait'),
  minutes: fc.integer({ min: 0, max: 90 }),
});
const sendings: fc.Arbitrary<Step> = changes.map((change) => ({ do: 'event', ...change }));
const step = fc.oneof(
  { weight: 8, arbitrary: sendings },
  { weight: 4, arbitrary: attempts },
  { weight: 1, arbitrary: restarts },
  { weight: 1, arbitrary: waits },
);

/** Plays a history and delivers what is left. Returns what a receiver was told, and the state of each alert. */
async function play(steps: readonly Step[]) {
  const truth = new Map<string, 'open' | 'resolved'>();
  const told: Notification[] = [];
  const apply = async ({ kind, alert }: Change) => {
    const id = `p-${alert}`;
    if (truth.get(id) === 'resolved') return;
    if (kind === 'resolved' && !truth.has(id)) return; // nobody heard of the alert, and nobody is told
    truth.set(id, kind === 'resolved' ? 'resolved' : 'open');
    await test.apply([event(kind, alert)]);
  };
  for (const each of steps) {
    if (each.do === 'wait') await test.clock.advance(each.minutes * minuteMs);
    if (each.do === 'restart') await test.reopen(limits);
    if (each.do === 'event') await apply(each);
    if (each.do === 'attempt') {
      const next = due();
      if (!next) continue;
      for (const change of each.during) await apply(change);
      if (each.outcome === 'confirmed' || each.outcome === 'killed') told.push(next);
      if (each.outcome === 'confirmed') await queue().confirm(next);
      if (each.outcome === 'retried') await queue().retryAt(next, test.clock.nowMs() + 1_000, 'no answer');
      if (each.outcome === 'killed') await test.reopen(limits); // after the receiver has it, before that is recorded
      if (each.outcome === 'unanswered' && next.change !== 'digest')
        await queue().giveUp(next, 'no answer', 'unanswered');
    }
    const waiting = queue().waiting().get('mail') ?? 0;
    expect(waiting).toBeLessThanOrEqual(limits.notificationsMax);
    expect(queue().summedUp().get('mail') ?? 0).toBeLessThanOrEqual(truth.size);
    expect(queue().deadCount()).toBeLessThanOrEqual(limits.deadNotificationsMax);
  }
  told.push(...(await deliver()));
  return { truth, told };
}

it('tells each alert itself or within a digest, and its end to those who know it as open', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
      await test.remove();
      test = new TestOperations();
      await test.reopen(limits);
      const { truth, told } = await play(steps);
      const last = new Map<string, string>();
      for (const each of told) {
        if (each.change === 'digest')
          for (const { alertId, state } of each.event.data.examples) last.set(alertId, state);
        else last.set(alertOf(each), each.change === 'resolved' ? 'resolved' : 'open');
      }
      // With at most 20 alerts in a digest it names each one, so the receiver's picture is that of the truth.
      const isNamed = digestsOf(told).every(({ open, resolved }) => open + resolved <= 20);
      if (isNamed) expect(Object.fromEntries(last)).toEqual(Object.fromEntries(truth));
      const counted = digestsOf(told).reduce((sum, { open, resolved }) => sum + open + resolved, 0);
      const itself = new Set(told.filter(({ change }) => change !== 'digest').map(alertOf));
      expect(itself.size + counted).toBeGreaterThanOrEqual(truth.size);
      expect([...queue().waiting(), ...queue().summedUp()].filter(([name]) => name === 'mail')).toEqual([]);
    }),
    { numRuns: 60, seed: 7, interruptAfterTimeLimit: 90_000 },
  );
}, 120_000);
