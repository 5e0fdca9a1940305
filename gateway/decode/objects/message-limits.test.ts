import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import type { Decoder } from '../../ports/decode.ts';
import { decodeText, readingsIn, testMachines } from '../fixtures.testing.ts';
import { cbor } from '../formats/cbor/cbor.ts';
import { influx } from '../formats/influx/influx.ts';
import { json } from '../formats/json/json.ts';
import { keyValue } from '../formats/key-value/key-value.ts';
import { Routes } from '../routes.ts';
import { messageLimits } from './message-limits.ts';

const { readings, readingValues, values, nameLength, topicLength } = messageLimits;
const list = <T>(count: number, item: (i: number) => T) => Array.from({ length: count }, (_, i) => item(i));
const objectOf = (count: number) => Object.fromEntries(list(count, (i) => [`v${i}`, i]));
const text = (value: unknown) => Buffer.from(JSON.stringify(value));
const target = { site: 'lab', machine: 'bench-1' };

/** By limit: a message of a size, for each format that has such messages; `max` is the largest that is taken. */
const messages: [about: string, format: Decoder, max: number, (size: number) => Buffer, code?: string][] = [
  ['readings of JSON', json, readings, (n) => text(list(n, () => ({ a: 1 })))],
  ['readings of CBOR', cbor, readings, (n) => Buffer.from(encode(list(n, () => ({ a: 1 }))))],
  ['lines', influx, readings, (n) => Buffer.from(list(n, (i) => `m a=1 ${i}\n`).join(''))],
  ['lines of JSON', json, readings, (n) => Buffer.from(list(n, (i) => `{"a":${i}}`).join('\n'))],
  ['values of JSON', json, readingValues, (n) => text(objectOf(n))],
  ['values of JSON in an object', json, readingValues, (n) => text({ values: objectOf(n) })],
  ['values of JSON in groups', json, readingValues, (n) => text({ g: objectOf(n - 1) })],
  ['values of CBOR', cbor, readingValues, (n) => Buffer.from(encode(objectOf(n)))],
  ['pairs', keyValue, readingValues, (n) => Buffer.from(list(n, (i) => `v${i}=${i}`).join(' '))],
  ['pairs instead of JSON', json, readingValues, (n) => Buffer.from(list(n, (i) => `v${i}=${i}`).join(' '))],
  ['characters of a name in JSON', json, nameLength, (n) => text({ ['n'.repeat(n)]: 1 }), 'DECODE_TOO_LONG'],
  [
    'characters of a name in a group',
    json,
    nameLength,
    (n) => text({ g: { ['n'.repeat(n)]: 1 } }),
    'DECODE_TOO_LONG',
  ],
];

describe('a message is taken up to its limit, and refused beyond it:', () => {
  it.each(messages)('%s', (_, format, max, message, code = 'DECODE_TOO_MANY') => {
    expect(readingsIn(format.decode(message(max), target)).length).toBeGreaterThan(0);
    expect(() => readingsIn(format.decode(message(max + 1), target))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(new RegExp(`\\b${max}\\b`)) }),
    );
  });

  it('values of all readings together', () => {
    const each = values / 64;
    const full = list(64, () => objectOf(each));
    expect(json.decode(text(full), target)).toHaveLength(64);
    expect(() => json.decode(text([...full, { a: 1 }, { a: 2 }]), target)).toThrow('more than 65536 values');
    const items = (count: number) => Buffer.from(encode({ a: 1, b: list(count, () => 0) }));
    expect(cbor.decode(items(values - 5), target)).toHaveLength(1);
    expect(() => cbor.decode(items(values), target)).toThrow('more than 65536 values');
  });

  it('fields of lines that form one reading', () => {
    const line = (from: number, count: number) => `m ${list(count, (i) => `f${from + i}=1`).join(',')} 5\n`;
    const half = readingValues / 2;
    expect(decodeText(influx, line(0, half) + line(half, half))).toHaveLength(1);
    expect(() => decodeText(influx, line(0, half) + line(half, half + 1))).toThrow('values in a reading');
    expect(() => decodeText(influx, line(0, readingValues + 1))).toThrow('tags and fields in a line');
  });

  it('characters of a topic', () => {
    const rule = { name: 'all', match: () => target, decoder: json, site: undefined, machine: undefined };
    const sender = { client: 'c' };
    const routes = new Routes([rule], testMachines(), 10);
    expect(routes.find('t'.repeat(topicLength), sender).target).toEqual(target);
    expect(() => routes.find('t'.repeat(topicLength + 1), sender)).toThrow(
      expect.objectContaining({ code: 'DECODE_TOO_LONG', message: expect.stringContaining('1024') }),
    );
  });
});

it('one reading of a list that is beyond a limit is refused alone', () => {
  const decoded = json.decode(
    text([{ a: 1 }, objectOf(readingValues + 1), { ['n'.repeat(2_000)]: 1 }]),
    target,
  );
  expect(decoded.map((item) => (item.unreadable?.error as { code?: string } | undefined)?.code)).toEqual([
    undefined,
    'DECODE_TOO_MANY',
    'DECODE_TOO_LONG',
  ]);
});
