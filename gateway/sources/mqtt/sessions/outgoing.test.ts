import { expect, it } from 'vitest';
import { OutgoingQueue } from './outgoing.ts';

const message = (brokerCounter: number) => ({
  cmd: 'publish',
  topic: 'a',
  qos: 2 as const,
  brokerId: 'b',
  brokerCounter,
});

it('gives a new message no packet id of one that is under way, on a later connection too, and goes round', () => {
  const queue = new OutgoingQueue();
  const [first, second] = [{ _nextId: 65_534 }, { _nextId: 7 }];
  queue.number(first);
  for (const brokerCounter of [1, 2]) {
    queue.add(brokerCounter, message(brokerCounter));
    const messageId = first._nextId;
    first._nextId = messageId >= 65_535 ? 1 : messageId + 1;
    queue.update({ ...message(brokerCounter), messageId });
  }
  queue.number(second);
  expect(second._nextId).toBe(1);
  second._nextId = 65_534; // as after 65,532 more messages
  expect(second._nextId).toBe(1);
});

it('keeps releases longer than messages, as the client would take another message for the released one', () => {
  const queue = new OutgoingQueue();
  for (const seq of [1, 2]) queue.add(seq, message(seq));
  queue.update({ ...message(1), messageId: 5 });
  queue.update({ cmd: 'pubrel', messageId: 5 });
  expect(queue.oldest()?.seq).toBe(2);
  queue.remove(queue.oldest()!);
  expect(queue.oldest()?.seq).toBe(1);
});
