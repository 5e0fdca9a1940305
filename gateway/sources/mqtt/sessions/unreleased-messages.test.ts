import { expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import type { PublishPacket } from '../packet.ts';
import { type Publisher, UnreleasedMessages } from './unreleased-messages.ts';

it('while all sessions together have very many, each has a share, and others’ releases give the rest back', async () => {
  const write = () => Promise.resolve();
  const deps = { write, writeLater: write, clock: manualClock(), isShared: () => false };
  const unreleased = new UnreleasedMessages(deps);
  const client = (number: number): Publisher => ({ id: `c${number}`, clean: true, connection: { number } });
  const payload = Buffer.from('x');
  /** Number of messages that are accepted until one is refused, at most `count`. */
  const sendUpTo = (publisher: Publisher, count: number, from = 1): number => {
    for (let i = 0; i < count; i++) {
      const packet = { topic: 't', payload, messageId: from + i, dup: false } as PublishPacket;
      if (unreleased.arrive(publisher, packet) === 'too many') return i;
    }
    return count;
  };
  const greedy = Array.from({ length: 10 }, (_, i) => client(i + 1));
  for (const publisher of greedy) expect(sendUpTo(publisher, 10_001)).toBe(10_000);
  const modest = client(11);
  expect(sendUpTo(modest, 1_000)).toBe(200);
  unreleased.forgetUnkept(greedy[0]!);
  expect(sendUpTo(modest, 1_000, 201)).toBe(1_000);
});

it('recognises a copy of a message that an earlier version of the gateway has recorded', () => {
  const write = () => Promise.resolve();
  const deps = { write, writeLater: write, clock: manualClock(), isShared: () => false };
  const unreleased = new UnreleasedMessages(deps);
  const head = { clientId: 'c', messageId: 7, content: 'aiJf18XnPw6JrfalnzVd-p' };
  expect(unreleased.load('i!c!7!aiJf18XnPw6JrfalnzVd-p', { head, body: Buffer.alloc(0) })).toBe(true);
  const arrive = (topic: string, payload: number[]) =>
    unreleased.arrive({ id: 'c', clean: false, connection: { number: 1 } }, {
      topic,
      payload: Buffer.from(payload),
      messageId: 7,
      dup: true,
    } as PublishPacket);
  expect(arrive('telemetry/p/wärme', [1, 2, 255])).toMatchObject({ isCopy: true });
  expect(arrive('telemetry/p/wärme', [1, 2, 254])).toMatchObject({ isCopy: false });
  expect(arrive('telemetry/p/wärm', [101, 1, 2, 255])).toMatchObject({ isCopy: false });
});
