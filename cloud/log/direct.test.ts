import { expect, it } from 'vitest';
import type { ReceivedBatch, Sender } from '../ports/log.ts';
import { DirectLog } from './direct.ts';

function newSender() {
  const errors: Error[] = [];
  const giveUp = (error: Error) => void errors.push(error);
  const sender: Sender = { signal: new AbortController().signal, giveUp, survives: () => false };
  return { sender, errors };
}

const batchOf = (lane: ReceivedBatch['lane'], gateway = 'g') =>
  ({ gateway, lane, batch: {} }) as unknown as ReceivedBatch;

it('takes 256 batches of a gateway’s lane, gives up the sender of the next, and goes on with other lanes', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  let stored = 0;
  const log = new DirectLog({
    async take() {
      await gate;
      stored++;
    },
  });
  const { sender, errors } = newSender();
  const taken = Array.from({ length: 256 }, () => log.accept(batchOf('readings'), sender));
  expect(errors).toEqual([]);
  const late = newSender();
  const overloaded = { code: 'INGEST_OVERLOADED', retry: true };
  await expect(log.accept(batchOf('readings'), late.sender)).rejects.toMatchObject(overloaded);
  expect(late.errors).toMatchObject([overloaded]);
  const others = [log.accept(batchOf('events'), sender), log.accept(batchOf('readings', 'h'), sender)];
  expect(log.waiting).toBe(258);
  release();
  await Promise.all([...taken, ...others]);
  await log.idle();
  expect(stored).toBe(258);
  await log.accept(batchOf('readings'), newSender().sender);
  expect(stored).toBe(259);
});
