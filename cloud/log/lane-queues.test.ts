import { expect, it } from 'vitest';
import type { Sender } from '../ports/log.ts';
import { LaneQueues } from './lane-queues.ts';

function sender(): Sender & { errors: Error[] } {
  const controller = new AbortController();
  const errors: Error[] = [];
  return {
    signal: controller.signal,
    errors,
    giveUp(error) {
      errors.push(error);
      controller.abort();
    },
    survives: () => false,
  };
}

it('runs the tasks of a key in order, and keys in parallel', async () => {
  const queues = new LaneQueues(10);
  const order: string[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const from = sender();
  const slow = queues.run('a', from, async () => {
    await gate;
    order.push('a1');
  });
  const behind = queues.run('a', from, async () => void order.push('a2'));
  await queues.run('b', from, async () => void order.push('b1'));
  open();
  await Promise.all([slow, behind]);
  expect(order).toEqual(['b1', 'a1', 'a2']);
  expect(queues.waiting).toBe(0);
});

it('starts no task of a sender after one of its tasks failed, and continues with other senders', async () => {
  const queues = new LaneQueues(10);
  const bad = sender();
  const good = sender();
  const ran: string[] = [];
  const results = await Promise.allSettled([
    queues.run('a', bad, () => Promise.reject(new Error('disk full'))),
    queues.run('a', bad, async () => void ran.push('overtakes')),
    queues.run('a', good, async () => void ran.push('good')),
  ]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(ran).toEqual(['good']);
  expect(bad.errors[0]?.message).toBe('disk full');
});

it('refuses a task above the limit and gives its sender up', async () => {
  const queues = new LaneQueues(1);
  const from = sender();
  const first = queues.run('a', from, () => Promise.resolve());
  await expect(queues.run('a', from, () => Promise.resolve())).rejects.toMatchObject({
    code: 'INGEST_OVERLOADED',
  });
  await first.catch(() => {});
  expect(from.signal.aborted).toBe(true);
});
