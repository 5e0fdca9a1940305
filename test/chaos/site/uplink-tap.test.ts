import { generate } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { encodeBatch } from '../../../shared/contract/batch.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import { goodbyeTopic, uplinkTopic } from '../../../shared/contract/topics.ts';
import { UplinkTap } from './uplink-tap.ts';

function publish(lane: Lane, seq: number, journal = 'a'.repeat(16)): Buffer {
  const body = Buffer.from('x');
  const blocks = [{ seq, lines: 1, bytes: body.length }];
  const header = {
    gateway: 'chaos',
    journal,
    lane,
    codec: 'identity' as const,
    rawBytes: body.length,
    blocks,
  };
  const payload = encodeBatch({ header, body });
  return message(uplinkTopic('chaos', lane), payload, seq);
}

function message(topic: string, payload: Buffer, messageId: number): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false });
}

/** Findings of a tap on one connection, with events up to block 5 journalled before it. */
function seen(sent: readonly (readonly [Lane, number])[]): { compared: number; overtaken: number } {
  const tap = new UplinkTap();
  tap.eventsKnown = 5;
  const read = tap.connection();
  for (const [lane, seq] of sent) read(publish(lane, seq));
  return { compared: tap.compared, overtaken: tap.overtaken.length };
}

it('counts a connection as compared if waiting events were sent on it, and then readings', () => {
  expect(
    seen([
      ['events', 5],
      ['readings', 1],
      ['readings', 2],
    ]),
  ).toEqual({ compared: 1, overtaken: 0 });
  expect(
    seen([
      ['events', 5],
      ['events', 6],
    ]),
  ).toEqual({ compared: 0, overtaken: 0 });
  expect(
    seen([
      ['readings', 1],
      ['events', 6],
      ['readings', 2],
    ]),
  ).toEqual({ compared: 0, overtaken: 0 });
});

it('permits events that are sent again after readings', () => {
  expect(
    seen([
      ['events', 4],
      ['events', 5],
      ['readings', 1],
      ['events', 4],
      ['events', 5],
    ]),
  ).toEqual({ compared: 1, overtaken: 0 });
});

it('detects waiting events that were sent after readings', () => {
  expect(
    seen([
      ['readings', 1],
      ['events', 5],
    ]),
  ).toEqual({ compared: 0, overtaken: 1 });
});

it('detects events that a cut left unanswered, and that are then sent after readings', () => {
  const tap = new UplinkTap();
  tap.eventsKnown = 5;
  const cut = tap.connection();
  for (const seq of [4, 5]) cut(publish('events', seq));
  const next = tap.connection();
  next(publish('readings', 1));
  for (const seq of [4, 5]) next(publish('events', seq));
  expect(tap.overtaken).toHaveLength(2);
});

it('permits events after readings if they were not confirmed in time on a connection before', () => {
  let nowMs = 0;
  const tap = new UplinkTap(() => nowMs, 6_000);
  tap.eventsKnown = 5;
  tap.connection()(publish('events', 4));
  for (const [atMs, overtaken] of [
    [5_999, 1],
    [6_000, 1],
  ] as const) {
    nowMs = atMs;
    const next = tap.connection();
    next(publish('readings', 1));
    next(publish('events', 4));
    expect(tap.overtaken).toHaveLength(overtaken);
  }
});

it('permits events after readings on the connection after one that damaged events, and on no later one', () => {
  const tap = new UplinkTap();
  tap.eventsKnown = 5;
  tap.connection({ checksOrder: false })(publish('events', 4));
  for (let i = 0; i < 2; i++) {
    const next = tap.connection();
    next(publish('readings', 1 + i));
    for (const seq of [4, 5]) next(publish('events', seq));
  }
  expect(tap.overtaken).toEqual([
    expect.stringContaining('connection 3: event blocks 4 to 4'),
    expect.stringContaining('connection 3: event blocks 5 to 5'),
  ]);
});

it('passes over what a gateway says at its orderly end', () => {
  const tap = new UplinkTap();
  tap.connection()(message(goodbyeTopic('chaos'), Buffer.from('{}'), 1));
  expect(tap.overtaken).toEqual([]);
});

it('compares a journal only with itself: another gateway of the same name numbers its blocks anew', () => {
  const tap = new UplinkTap();
  tap.eventsKnown = 5;
  tap.connection()(publish('readings', 1));
  const other = tap.connection();
  for (const lane of ['readings', 'events'] as const) other(publish(lane, 1, 'b'.repeat(16)));
  expect(tap.overtaken).toEqual([]);
});
