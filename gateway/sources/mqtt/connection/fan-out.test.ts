import type { Aedes } from 'aedes';
import { expect, it } from 'vitest';
import { FanOut } from './fan-out.ts';

type Done = (error?: Error) => void;

it('lets publishers go on while 4,096 messages are being forwarded, and makes the next one wait for its own', () => {
  const forwarding: Done[] = [];
  const aedes = { publish: (_packet: unknown, _client: unknown, done: Done) => void forwarding.push(done) };
  const fanOut = new FanOut({ clock: { nowMs: () => 0 }, noRight: () => undefined });
  fanOut.attach(aedes as unknown as Aedes);
  let answered = 0;
  const publish = () => aedes.publish({}, {}, () => void answered++);
  for (let i = 0; i < 4_096; i++) publish();
  expect(answered).toBe(4_096);
  publish();
  expect(answered).toBe(4_096);
  forwarding[4_096]!();
  expect(answered).toBe(4_097);
  forwarding[0]!();
  forwarding[1]!(new Error('gone'));
  expect(fanOut.failed).toBe(1);
  publish();
  publish();
  expect(answered).toBe(4_099);
  publish();
  expect(answered).toBe(4_099);
});

it('lets the gateway go on too, whose next will would wait for a subscriber that does not read', () => {
  const forwarding: { client: unknown; done: Done }[] = [];
  const aedes = {
    publish: (_packet: unknown, client: unknown, done?: Done) =>
      void forwarding.push({ client, done: done! }),
  };
  const fanOut = new FanOut({ clock: { nowMs: () => 0 }, noRight: () => undefined });
  fanOut.attach(aedes as unknown as Aedes);
  let answered = 0;
  aedes.publish({}, () => void answered++);
  expect(answered).toBe(1);
  expect(forwarding[0]!.client).toBe(null);
  forwarding[0]!.done(new Error('gone'));
  expect([answered, fanOut.failed]).toEqual([1, 1]);
});
