import { beforeEach, expect, it } from 'vitest';
import type { PersistenceLimits } from '../../config.ts';
import type { PublishPacket } from '../../packet.ts';
import { RetainedAgain, type RetainingConnection } from './retained-again.ts';

const limits = { retainedMessagesMax: 4, retainedBytesMax: 1_000 } as PersistenceLimits;
const kept = new Map<string, PublishPacket>();
let again: RetainedAgain;

beforeEach(() => {
  kept.clear();
  again = new RetainedAgain({ of: (topic) => kept.get(topic) }, limits);
});

const connection = (user = 'u'): { rights: { user: string }; closed: boolean } & RetainingConnection => ({
  rights: { user },
  closed: false,
});
const packet = (topic: string, more: Partial<PublishPacket> = {}): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from('21.5'),
  qos: 1,
  user: 'u',
  ...more,
});
const keep = (topic: string, more: Partial<PublishPacket> = {}) =>
  void kept.set(topic, packet(topic, { areReadings: true, ...more }));

it('is only the first of its topic on a connection', () => {
  keep('a');
  keep('b');
  const first = connection();
  expect([again.isAgain(first, packet('a')), again.isAgain(first, packet('a'))]).toEqual([true, false]);
  expect(again.isAgain(first, packet('b'))).toBe(true);
  expect(again.isAgain(connection(), packet('a'))).toBe(true);
});

it.each<[string, Partial<PublishPacket>, Partial<PublishPacket>]>([
  ['of another user', { user: 'v' }, {}],
  ['that was not stored as a reading', { areReadings: false }, {}],
  ['of another length', { payload: Buffer.from('21.50') }, {}],
  ['that is marked as a copy', {}, { dup: true }],
  ['that is empty', { payload: Buffer.alloc(0) }, { payload: Buffer.alloc(0) }],
])('a message %s is new', (_, before, sent) => {
  keep('a', before);
  expect(again.isAgain(connection(), packet('a', sent))).toBe(false);
});

it('a message on a topic that one may not remember is new, and others have room of their own', () => {
  for (const topic of 'abcdefghij') keep(topic);
  const greedy = connection();
  const of = (it: RetainingConnection, user = 'u') =>
    [...'abcdefghij'].filter((topic) => again.isAgain(it, packet(topic, { user }))).length;
  expect(of(greedy)).toBe(4);
  for (const topic of 'abcdefghij') keep(topic, { user: 'v' });
  expect(of(connection('v'), 'v')).toBe(2);
  again.forget(greedy);
  for (const topic of 'abcdefghij') keep(topic);
  expect(of(connection())).toBeGreaterThan(2);
});

it('topics without end are not remembered, and nothing is of a connection that has closed', () => {
  const long = 't'.repeat(1_001);
  keep(long);
  expect(again.isAgain(connection(), packet(long))).toBe(false);
  const gone = { ...connection(), closed: true };
  keep('a');
  expect(again.isAgain(gone, packet('a'))).toBe(false);
});
