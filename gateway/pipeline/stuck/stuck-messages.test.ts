/** A message that cannot be read in time costs only itself. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { timeLimited } from '../../../shared/runtime/budget.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { BlockBuilder } from '../../decode/blocks/block-builder.ts';
import { FieldNotes } from '../../decode/fields/field-notes.ts';
import { testMachines } from '../../decode/fixtures.testing.ts';
import { ReadingIdentity } from '../../decode/identity/reading-identity.ts';
import { RecentReadings } from '../../decode/identity/recent-readings.ts';
import { Routes } from '../../decode/routes.ts';
import { compileTopicPattern } from '../../decode/topic-pattern.ts';
import type { DeadLetter } from '../../ports/dead-letters.ts';
import type { Decoder } from '../../ports/decode.ts';
import { Pipeline } from '../pipeline.ts';
import { Pulse } from './pulse.ts';

const limitMs = 200;
let endlessReads = 0;
let onceReads = 0;
let pausedReads = 0;
/** True while `endless` messages end, as after an update of the product. */
let isMended = false;

function forever(): never {
  for (;;);
}

const never = new Int32Array(new SharedArrayBuffer(4));
/** Lets time pass without computing, as when the computer stands still. */
const standsStill = (ms: number) => void Atomics.wait(never, 0, 0, ms);

/**
 * Reads numbers, never `endless`, and `once` at the second time. While `paused` is read for the first two times, and while
 * `slow` is stored, the computer stands still for longer than the limit.
 */
const decoder: Decoder = {
  decode(payload) {
    const text = payload.toString();
    if (text === 'endless' && !isMended) {
      endlessReads++;
      forever();
    }
    if (text === 'once' && onceReads++ === 0) forever();
    if (text === 'paused' && pausedReads++ < 2) for (;;) standsStill(5);
    const values = { flow: Number.parseFloat(text) || 1 };
    if (text !== 'slow') return [{ values }];
    return [
      {
        values,
        get id(): string {
          standsStill(3 * limitMs);
          // JavaScript is ended where a function begins: here, if there were a limit.
          return [1].map(String).join();
        },
      },
    ];
  },
};

let letters: Omit<DeadLetter, 'id'>[];
let stored: string;
let pipeline: Pipeline;

function build(suspects: readonly string[] | null = null, pulse = new Pulse(), storing = () => {}): Pipeline {
  const match = compileTopicPattern('f/{site}/{machine}');
  const rule = { name: 'test', match, decoder, site: undefined, machine: undefined };
  const recent = new RecentReadings(1 << 10);
  const bounds = { aheadMsMax: 60_000, behindMsMax: 60_000 };
  return new Pipeline({
    random: seededRandom(1),
    suspects,
    pulse,
    limited: timeLimited(limitMs),
    routes: new Routes([rule], testMachines(), 10),
    identity: new ReadingIdentity(recent, bounds, { assumed: { note() {} }, still: { note() {} } }),
    builder: new BlockBuilder(systemClock),
    fields: new FieldNotes(silentLog),
    async journal({ lines }) {
      storing();
      stored += `${lines} `;
      return 1;
    },
    deadLetters: async (added) => void letters.push(...added),
    lifecycle: async () => {},
    maintenance: async () => {},
    windows: () => {},
  });
}

const message = (text: string) => ({
  topic: 'f/plant/meter-1',
  payload: Buffer.from(text),
  client: 'c',
  receivedMs: 1_700_000_000_000,
  resend: false,
  connection: 1,
});
const take = (texts: string[], isRedrive?: boolean) =>
  pipeline.take((each) => {
    for (const text of texts) each(message(text));
  }, isRedrive);

beforeEach(() => {
  [letters, stored, endlessReads, onceReads, pausedReads, isMended] = [[], '', 0, 0, 0, false];
  pipeline = build();
});

describe('a message that is never read', () => {
  it('becomes a dead letter; those before and behind it are stored once', async () => {
    await take(['1', '2', 'endless', '3', 'endless', '4']);
    expect(stored).toBe('4 ');
    expect(letters.map(({ payload, code }) => `${payload} ${code}`)).toEqual(
      Array(2).fill('endless DECODE_STUCK'),
    );
    expect(pipeline.counts).toMatchObject({ messages: 6, readings: 4, deadLetters: 2 });
  });

  it('is tried twice, because the computer may have stood still, and its copies are not', async () => {
    await take(['1', 'endless']);
    const reads = endlessReads;
    expect(reads).toBeGreaterThanOrEqual(2);
    await take(['endless', '2']);
    expect(endlessReads).toBe(reads);
    expect(letters).toHaveLength(2);
    expect(stored).toBe('1 1 ');
  });

  it('is tried once more if somebody sends its dead letter again', async () => {
    await take(['endless']);
    isMended = true;
    await take(['endless'], true);
    await take(['endless']);
    expect(letters).toHaveLength(1);
    expect(stored).toBe('1 1 ');
  });
});

it('a message during which the time is up once is read again, and stored', async () => {
  await take(['1', 'once', '2']);
  expect(letters).toEqual([]);
  expect(stored).toBe('3 ');
});

it('a message is read again as often as the computer stands still meanwhile, and stored', async () => {
  await take(['1', 'paused', '2']);
  expect(pausedReads).toBeGreaterThan(2);
  expect(letters).toEqual([]);
  expect(stored).toBe('3 ');
});

it('storing a message takes as long as it takes', async () => {
  await take(['1', 'slow', '2']);
  expect(letters).toEqual([]);
  expect(stored).toBe('3 ');
});

it('a message over which the gateway has ended before is a dead letter when it comes again, until somebody sends it again', async () => {
  const pulse = new Pulse();
  pipeline = build([], pulse);
  await take(['2']);
  expect(pulse.readName()).toBeNull();
  const digest = createHash('sha256').update('f/plant/meter-1\0').update('2').digest('hex');
  stored = '';
  pipeline = build([digest!]);
  await take(['1', '2', '3']);
  await take(['2', '4']);
  expect(stored).toBe('2 1 ');
  expect(letters.map(({ payload, code }) => `${payload} ${code}`)).toEqual(Array(2).fill('2 DECODE_STUCK'));
  await take(['2'], true);
  await take(['2']);
  expect(stored).toBe('2 1 1 1 ');
});

it('what ends the gateway behind the messages of a batch is not the fault of its last message', async () => {
  const pulse = new Pulse();
  let named: string | null = 'not called';
  pipeline = build([], pulse, () => {
    named = pulse.readName();
  });
  await take(['1', '2']);
  expect(named).toBeNull();
});
