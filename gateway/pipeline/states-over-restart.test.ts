/** A sensor that sends numbers and texts: which came first decides what it is, and may be forgotten in a restart. */
import { expect, it } from 'vitest';
import { replayTail } from '../decode/blocks/replay-tail.ts';
import { build, linesOfBlock } from './pipeline-bench.testing.ts';

type Parts = ReturnType<typeof build>;
const topic = 'telemetry/lab/fan';

async function send(parts: Parts, texts: readonly string[], isResend = false): Promise<void> {
  for (const text of texts) await parts.take([topic, text, isResend]);
}

/** Builds what a restart leaves: all identities, and as tail of the journal the newest `blocks`. */
async function restarted(parts: Parts, blocks: number): Promise<Parts> {
  const journalled = parts.blocks.map((block, i) => ({ ...block, seq: i + 1 }));
  const next = build();
  const journal = {
    async *tail() {
      yield* journalled.slice(journalled.length - blocks);
    },
    async *locals() {
      for (const { local } of journalled) yield local;
    },
  };
  await replayTail({ ...next, journal, windowsBytes: blocks }, () => {});
  return next;
}

const fieldsOf = (parts: Parts) =>
  parts.blocks.flatMap((block) => linesOfBlock(block).map((line) => line.split(' ')[1]));

it('a state that the tail has as a number first, and as a text later, is a state', async () => {
  const before = build();
  await send(before, ['{"speed":"off","seq":1}', '{"speed":1200,"seq":2}', '{"speed":"off","seq":3}']);
  const after = await restarted(before, 2);
  await send(after, ['{"speed":"off","seq":4}']);
  expect(fieldsOf(after)).toEqual(['speed=0,speed_text="off"']);
});

it('a resend is recognised although its text was stored before the restart, and would not be now', async () => {
  const before = build();
  const sent = ['{"speed":"off","temp":1,"seq":1}', '{"speed":"auto","temp":1,"id":"b"}'];
  await send(before, sent);
  const after = await restarted(before, 0);
  await send(after, ['{"speed":1200,"seq":9}']);
  await send(after, sent, true);
  expect(fieldsOf(after)).toEqual(['speed=1200']);
  await send(after, ['{"speed":"off","temp":1,"seq":10}']);
  expect(fieldsOf(after)).toEqual(['speed=1200', 'temp=1']);
});

it('a resend is recognised although its text was not stored before the restart, and would be now', async () => {
  const before = build();
  const sent = ['{"speed":"off","temp":1,"seq":2}', '{"speed":"auto","temp":1,"id":"b"}'];
  await send(before, ['{"speed":1200,"seq":1}', ...sent]);
  expect(fieldsOf(before)).toEqual(['speed=1200', 'temp=1', 'temp=1']);
  const after = await restarted(before, 0);
  await send(after, sent, true);
  expect(after.blocks).toEqual([]);
});

it('readings that differ in a text that is not stored are two', async () => {
  const parts = build();
  const sent = ['off', 'auto'].map((text) => `{"speed":"${text}","temp":1,"seq":2}`);
  await send(parts, ['{"speed":1200,"seq":1}', ...sent]);
  expect(fieldsOf(parts)).toEqual(['speed=1200', 'temp=1', 'temp=1']);
});
