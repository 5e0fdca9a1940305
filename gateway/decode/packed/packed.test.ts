/** Packed messages: they are read as what they hold, and neither their size nor their content is believed. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackedMax, unpackedRatioMax, waitingBytes } from '../../../shared/bounds/packed.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import type { Decoder } from '../../ports/decode.ts';
import { json } from '../formats/json/json.ts';
import { compileRule } from '../route-rules.ts';
import { unpacking } from './packed.ts';

const target = { site: 's', machine: 'm' };
const packed = unpacking(json);
const gzip = (text: string | Buffer) => gzipSync(text);

it('a packed message is read as what it holds, and one that is not packed as it is', () => {
  const text = '{"flow":3}';
  expect(packed.decode(gzip(text), target)).toEqual(json.decode(Buffer.from(text), target));
  expect(packed.decode(Buffer.from(text), target)).toEqual(json.decode(Buffer.from(text), target));
  const twice = Buffer.concat([gzip('{"flow"'), gzip(':3}')]);
  expect(packed.decode(twice, target)).toMatchObject([{ values: { flow: 3 } }]);
});

it('it is never read by its layout, and keeps what a format says of itself', () => {
  expect([json.isFastJson, packed.isFastJson]).toEqual([true, undefined]);
  const naming: Decoder = {
    ...json,
    namesMachines: true,
    ofTopic: (_, of) => ({ decoder: json, target: of }),
  };
  expect(unpacking(naming).namesMachines).toBe(true);
  const own = unpacking(naming).ofTopic!('t', target);
  expect(own.decoder.decode(gzip('{"a":1}'), target)).toMatchObject([{ values: { a: 1 } }]);
});

describe('refused is', () => {
  const code = (payload: Buffer) => {
    try {
      packed.decode(payload, target);
      return 'none';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('what grows beyond all measure, before it is unpacked', () => {
    const bomb = gzip(Buffer.alloc(64 << 20));
    expect(bomb.length * unpackedRatioMax).toBeLessThan(64 << 20);
    expect(code(bomb)).toBe('DECODE_GZIP');
    // A ratio that is allowed is none when the whole is too large.
    const large = Buffer.from(
      Array.from({ length: unpackedMax / 4 }, (_, i) => `${i % 977}`.padStart(5)).join(''),
    );
    expect(code(gzip(large))).toBe('DECODE_GZIP');
  });

  it('what is more than the largest plain packet, however long it is when it is packed', () => {
    // The field FEXTRA of gzip holds any bytes, so that a sender can make a message longer, and its growth smaller.
    const text = `[${'{"a":1},'.repeat((1 << 20) / 8)}{"a":2}]`;
    const plain = gzip(text);
    const extra = Buffer.alloc(20_000);
    const head = Buffer.from([...plain.subarray(0, 3), 4, ...plain.subarray(4, 10), 0x20, 0x4e]);
    const padded = Buffer.concat([head, extra, plain.subarray(10)]);
    expect(text.length).toBeLessThan(padded.length * unpackedRatioMax);
    expect(code(padded)).toBe('DECODE_GZIP');
    expect(waitingBytes(padded)).toBe(unpackedMax);
    expect(waitingBytes(Buffer.from(text))).toBe(text.length);
  });

  it('what is cut, changed, or holds another pack', () => {
    const whole = gzip(`{"flow":${'1'.repeat(400)}}`);
    expect(code(whole.subarray(0, whole.length - 5))).toBe('DECODE_GZIP');
    expect(code(Buffer.from([0x1f, 0x8b]))).toBe('DECODE_GZIP');
    expect(code(gzip(gzip('{"a":1}')))).toMatch(/^DECODE_/);
  });

  it('whatever is nearly right, always by a typed error', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 2_000; i++) {
      const bytes = Buffer.from(gzip('{"flow":3,"level":[1,2,3]}'));
      const changes = 1 + Math.floor(random.next() * 4);
      for (let at = 0; at < changes; at++)
        bytes[2 + Math.floor(random.next() * (bytes.length - 2))] = Math.floor(random.next() * 256);
      expect(code(bytes)).toMatch(/^(DECODE_|none)/);
    }
  });
});

it('a route unpacks only if it says so', async () => {
  const rule = { topic: 't/{site}/{machine}', format: 'json' as const };
  const text = gzip('{"a":1}');
  const plain = await compileRule(rule);
  expect(() => plain.decoder.decode(text, target)).toThrow(expect.objectContaining({ code: 'DECODE_JSON' }));
  const unpacks = await compileRule({ ...rule, gzip: true });
  expect(unpacks.decoder.decode(text, target)).toMatchObject([{ values: { a: 1 } }]);
});
