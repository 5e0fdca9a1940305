import { Counter, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import type { Notification, Notifier } from '../notifiers/notifier.ts';
import { notificationOf, predictionEvent } from '../notifiers/prediction.testing.ts';
import { RetryAfterError } from '../notifiers/retry-after.ts';
import { HarbingerError } from '../runtime/errors.ts';
import { silentLog } from '../runtime/log.ts';
import { type ManualClock, manualClock } from '../runtime/manual-clock.ts';
import { NotificationRunner, type NotifierPolicy } from './notification-runner.ts';
import type { DeadNotification, NotificationQueue } from './queue.ts';

/** A queue in memory; the real one is tested with operations. */
class Queue implements NotificationQueue {
  readonly items: Notification[] = [];
  readonly confirmed: string[] = [];
  readonly dead: DeadNotification[] = [];
  private listener: (notifier: string) => void = () => {};

  add(name: string, notifier = 'test'): void {
    this.items.push({ ...notificationOf(predictionEvent('opened', 1)), key: name, notifier });
    this.listener(notifier);
  }
  next(notifier: string, nowMs: number) {
    const mine = this.items.filter((item) => item.notifier === notifier);
    const due = mine.find((item) => item.nextAttemptMs <= nowMs);
    if (due) return { due };
    return {
      due: null,
      atMs: mine.length === 0 ? null : Math.min(...mine.map((item) => item.nextAttemptMs)),
    };
  }
  async confirm({ key }: Notification) {
    this.take(key);
    this.confirmed.push(key);
  }
  async retryAt({ key }: Notification, atMs: number, reason: string) {
    const item = this.items.find((other) => other.key === key)!;
    Object.assign(item, { attempts: item.attempts + 1, nextAttemptMs: atMs, lastError: reason });
  }
  async giveUp(notification: Notification, reason: string) {
    this.take(notification.key);
    this.dead.push({ notification, atMs: 0, reason });
  }
  summedUp = () => new Map<string, number>();
  waiting = () => new Map(this.items.map((item) => [item.notifier, 1]));
  onQueued(listener: (notifier: string) => void) {
    this.listener = listener;
    return () => {};
  }
  private take(key: string): void {
    this.items.splice(
      this.items.findIndex((item) => item.key === key),
      1,
    );
  }
}

function policy(
  name: string,
  notify: Notifier['notify'],
  options: Partial<NotifierPolicy> = {},
): NotifierPolicy {
  const notifier = { name, notify, stop: () => Promise.resolve() };
  return {
    notifier,
    timeoutMs: 1_000,
    attemptsMax: 3,
    backoffFirstMs: 1_000,
    backoffMaxMs: 8_000,
    ...options,
  };
}

const failing = (retry: boolean) => () => Promise.reject(new HarbingerError('NO', 'alerts', 'no', { retry }));

async function withRunner(
  policies: NotifierPolicy[],
  use: (queue: Queue, clock: ManualClock, runner: NotificationRunner) => Promise<void>,
  queue = new Queue(),
): Promise<void> {
  const clock = manualClock();
  const notifications = new Counter({
    name: 'notifications',
    help: '-',
    labelNames: ['notifier', 'outcome'] as const,
    registers: [new Registry()],
  });
  const runner = new NotificationRunner(policies, {
    queue,
    clock,
    random: { next: () => 0.5 },
    log: silentLog,
    notifications,
  });
  runner.start();
  try {
    await use(queue, clock, runner);
  } finally {
    await runner.stop();
  }
}

describe('the notification runner', () => {
  it('sends notifications queued before and after its start, in order, each once', async () => {
    const sent: string[] = [];
    const before = new Queue();
    before.add('a');
    await withRunner(
      [policy('test', async ({ key }) => void sent.push(key))],
      async (queue) => {
        await vi.waitFor(() => expect(queue.confirmed).toEqual(['a']), 30_000);
        queue.add('b');
        queue.add('c');
        await vi.waitFor(() => expect(queue.confirmed).toEqual(['a', 'b', 'c']), 30_000);
      },
      before,
    );
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('retries with growing pauses, then gives up', async () => {
    const times: number[] = [];
    let clockOf: ManualClock | null = null;
    const notify = async () => {
      times.push(clockOf!.monotonicMs());
      return failing(true)();
    };
    await withRunner([policy('test', notify)], async (queue, clock) => {
      clockOf = clock;
      queue.add('a');
      await clock.advance(60_000);
      expect(queue.dead).toMatchObject([{ reason: 'no', notification: { key: 'a' } }]);
    });
    expect(times).toEqual([0, 750, 2_250]);
  });

  it('is sent once while the queue cannot record it, and what comes after it when the queue can again', async () => {
    const sent: string[] = [];
    const tries: number[] = [];
    const queue = new Queue();
    const confirm = queue.confirm.bind(queue);
    let clockOf: ManualClock | null = null;
    let fails = true;
    queue.confirm = async (notification) => {
      tries.push(clockOf!.monotonicMs());
      if (fails) throw new Error('the disk is full');
      await confirm(notification);
    };
    const test = policy('test', async ({ key }) => void sent.push(key));
    await withRunner(
      [test],
      async (_, clock) => {
        clockOf = clock;
        queue.add('a');
        await clock.advance(3_600_000);
        expect(sent).toEqual(['a']);
        expect(tries.length).toBeLessThan(25);
        expect(tries[2]! - tries[1]!).toBeGreaterThan(tries[1]! - tries[0]!);
        fails = false;
        queue.add('b'); // which shows that the queue can be written
        await vi.waitFor(() => expect(queue.confirmed).toEqual(['a', 'b']), 30_000);
      },
      queue,
    );
    expect(sent).toEqual(['a', 'b']);
  });

  it('does not retry a permanent refusal', async () => {
    await withRunner([policy('test', failing(false))], async (queue) => {
      queue.add('a');
      await vi.waitFor(() => expect(queue.dead).toHaveLength(1), 30_000);
    });
  });

  it('retries at the time that the receiver asked for', async () => {
    let calls = 0;
    const notify = async () => {
      if (calls++ === 0) throw new RetryAfterError('busy', 30_000);
    };
    await withRunner([policy('test', notify)], async (queue, clock) => {
      queue.add('a');
      await clock.advance(29_000);
      expect(calls).toBe(1);
      await clock.advance(2_000);
      expect(queue.confirmed).toEqual(['a']);
    });
  });

  it('is not delayed by a notifier that never answers, and stops its attempt at the time limit', async () => {
    const hangs = policy('hangs', () => new Promise(() => {}), { attemptsMax: 1 });
    const sent = policy('test', () => Promise.resolve());
    await withRunner([hangs, sent], async (queue, clock) => {
      queue.add('slow', 'hangs');
      queue.add('a');
      await vi.waitFor(() => expect(queue.confirmed).toEqual(['a']), 30_000);
      expect(queue.dead).toEqual([]);
      await clock.advance(1_000);
      expect(queue.dead).toMatchObject([{ reason: "'hangs' did not confirm within 1000 ms" }]);
    });
  });

  it('leaves an attempt in progress for the next start when it stops', async () => {
    const queue = new Queue();
    queue.add('a');
    await withRunner([policy('test', () => new Promise(() => {}))], async () => {}, queue);
    expect(queue.items).toMatchObject([{ key: 'a', attempts: 0 }]);
  });

  it('gives up notifications for a notifier that is no longer configured', async () => {
    const queue = new Queue();
    queue.add('a', 'gone');
    await withRunner([], async () => vi.waitFor(() => expect(queue.dead).toHaveLength(1), 30_000), queue);
  });

  it('sends a test beside its queue, an opening and an end, and says what the receiver answered', async () => {
    const sent: string[] = [];
    const slow = policy('slow', () => new Promise(() => {}));
    const well = policy('test', async ({ change, event }) => void sent.push(`${change} ${event.type}`));
    const ill = policy('ill', failing(true));
    await withRunner([slow, well, ill], async (queue, clock, runner) => {
      queue.add('waits', 'slow');
      await runner.test('test', 'anna');
      expect(sent.map((each) => each.split(' ')[0])).toEqual(['opened', 'resolved']);
      await expect(runner.test('ill', '')).rejects.toMatchObject({ code: 'NO' });
      await expect(runner.test('none', '')).rejects.toThrow('there are: slow, test, ill');
      const first = runner.test('slow', '').catch((error: unknown) => error);
      await expect(runner.test('slow', '')).rejects.toMatchObject({ code: 'NOTIFIER_TESTED' });
      await clock.advance(1_000);
      expect(await first).toMatchObject({ code: 'NOTIFY_TIMEOUT' });
      expect(queue.dead).toEqual([]);
    });
  });
});
