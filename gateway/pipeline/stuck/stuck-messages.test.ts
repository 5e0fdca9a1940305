/** A message that cannot be read in time costs only itself. */
import { beforeEach, describe, expect, it } from 'vitest';
import { timeLimited } from '../../../shared/runtime/budget.ts';
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
/** True while `endless` messages end, as after an update of the product. */
let isMended = false;

function forever(): never {
  for (;;);
}

/** Reads numbers, never `endless`, `once` at the second time, and `poison` so that it is never stored. */
const decoder: Decoder = {
  decode(payload) {
    const text = payload.toString();
    if (text === 'endless' && !isMended) {
      endlessReads++;
      forever();
    }
    if (text === 'once' && onceReads++ === 0) forever();
    const values = { flow: Number.parseFloat(text) || 1 };
    if (text !== 'poison') return [{ values }];
    return [
      {
        values,
        get id(): string {
          return forever();
        },
      },
    ];
  },
};

let letters: Omit<DeadLetter, 'id'>[];
let stored: string;
let pipeline: Pipeline;

function build(suspects: readonly string[] | null = null, pulse = new Pulse()): Pipeline {
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
    identity: new ReadingIdentity(recent, bounds, { note() {} }),
    builder: new BlockBuilder(),
    fields: new FieldNotes(silentLog),
    async journal({ lines }) {
      stored += `${lines} `;
      return 1;
    },
    deadLetters: async (added) => void letters.push(...added),
    lifecycle: async () => {},
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
  [letters, stored, endlessReads, onceReads, isMended] = [[], '', 0, 0, false];
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
    await take(['endless', '2']);
    expect(endlessReads).toBe(2);
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

it('a message whose storing was ended is a dead letter, and the thread takes nothing any more', async () => {
  const error = { code: 'DATA_THREAD_STUCK', retry: true };
  await expect(take(['1', 'poison', '2'])).rejects.toMatchObject(error);
  await expect(take(['3'])).rejects.toMatchObject(error);
  expect(stored).toBe('');
  expect(letters.map(({ payload, code }) => `${payload} ${code}`)).toEqual(['poison DECODE_STUCK']);
});

it('a message over which the gateway has ended before is a dead letter when it comes again, until somebody sends it again', async () => {
  const pulse = new Pulse();
  pipeline = build([], pulse);
  await take(['2']);
  const digest = pulse.readName();
  stored = '';
  pipeline = build([digest!]);
  await take(['1', '2', '3']);
  await take(['2', '4']);
  expect(stored).toBe('2 1 ');
  expect(letters.map(({ payload, code }) => `${payload} ${code}`)).toEqual(Array(2).fill('2 DECODE_STUCK'));
  await take(['2'], true);
  expect(stored).toBe('2 1 1 ');
});
