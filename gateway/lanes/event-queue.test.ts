import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import { checkEvent, type HarbingerEvent } from '../../shared/contract/events.ts';
import { linesOf } from '../../shared/contract/line-protocol.ts';
import type { Block } from '../ports/journal.ts';
import { replayEventIds } from './event-ids.ts';
import { EventQueue, knownIdsMax } from './event-queue.ts';

let blocks: Omit<Block, 'seq'>[];
let fails: boolean;
let queue: EventQueue;
const append = async (block: Omit<Block, 'seq'>) => {
  await Promise.resolve();
  if (fails) throw new Error('disk');
  blocks.push(block);
};
const bytesOf = (some: typeof blocks) => some.reduce((sum, { body }) => sum + body.length, 0);
/** The blocks as a journal, whose tail begins with the first whole block. */
const inJournal = {
  lane: () => ({ stats: () => ({ bytes: bytesOf(blocks) }) }),
  async *tail(_: string, bytesMax: number) {
    for (const [i, block] of blocks.entries())
      if (bytesOf(blocks.slice(i)) <= bytesMax) yield { ...block, seq: i + 1 };
  },
};
beforeEach(() => {
  blocks = [];
  fails = false;
  queue = new EventQueue(append);
});

function event(id: string, note = 'x'.repeat(400)): HarbingerEvent {
  return checkEvent({
    specversion: '1.0',
    id,
    source: '/gateways/gw',
    type: 'io.harbinger.machine.failed.v1',
    time: '2026-01-01T00:00:00Z',
    datacontenttype: 'application/json',
    data: { site: 's', machine: 'm', machineType: 'pump', note },
  });
}

const journalled = () =>
  blocks.flatMap(({ codec, body }) =>
    [...linesOf((codec === 'gzip' ? gunzipSync(body) : body).toString())].map(
      (line) => (JSON.parse(line) as HarbingerEvent).id,
    ),
  );

it('journals an event once even if it is resent while in flight or durable', async () => {
  await Promise.all([queue.add(event('a')), queue.add(event('b')), queue.add(event('a'))]);
  await queue.add(event('b'));
  expect(journalled()).toEqual(['a', 'b']);
});

it('forgets a failed event, so that a resend is journalled', async () => {
  fails = true;
  const both = [queue.add(event('a')), queue.add(event('a'))];
  await Promise.allSettled(both);
  for (const each of both) await expect(each).rejects.toThrow('disk');
  fails = false;
  await queue.add(event('a'));
  expect(journalled()).toEqual(['a']);
});

it('recognises the events in the journal’s tail after a restart', async () => {
  await Promise.all([queue.add(event('a')), queue.add(event('b'))]);
  const again = new EventQueue(append);
  await replayEventIds(inJournal, again);
  await Promise.all([again.add(event('b')), again.add(event('c'))]);
  expect(journalled()).toEqual(['a', 'b', 'c']);
});

it('knows as many events after a restart as before it, however long they are', async () => {
  const ids = Array.from({ length: 9_000 }, (_, i) => `event-${i}`);
  for (let i = 0; i < ids.length; i += 100) {
    const note = () => randomBytes(200).toString('hex');
    await Promise.all(ids.slice(i, i + 100).map((id) => queue.add(event(id, note()))));
  }
  expect(bytesOf(blocks)).toBeGreaterThan(1 << 20);
  const before = blocks.length;
  const again = new EventQueue(append);
  await replayEventIds(inJournal, again);
  await Promise.all(ids.slice(-knownIdsMax).map((id) => again.add(event(id))));
  expect(blocks.length).toBe(before);
});

it('remembers the latest 8,192 ids', async () => {
  for (let i = 0; i < 8_192; i++) queue.remember(`old-${i}`);
  await queue.add(event('new'));
  await queue.add(event('old-1'));
  await queue.add(event('old-0'));
  expect(journalled()).toEqual(['new', 'old-0']);
});

it('refuses new events while 10,000 wait for the disk, takes them again after that, and loses none that it took', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const held = new EventQueue(async (block) => {
    await gate;
    await append(block);
  });
  const taken = Array.from({ length: 10_000 }, (_, i) => held.add(event(`e-${i}`, 'x')));
  const refused = { code: 'EVENTS_BUSY', retry: true };
  await expect(held.add(event('one-too-many', 'x'))).rejects.toMatchObject(refused);
  release();
  await Promise.all(taken);
  await held.add(event('one-too-many', 'x'));
  expect(journalled()).toEqual([...taken.map((_, i) => `e-${i}`), 'one-too-many']);
});
