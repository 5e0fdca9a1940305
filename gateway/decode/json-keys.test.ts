import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from './fixtures.testing.ts';
import { cbor } from './formats/cbor/cbor.ts';
import { influx } from './formats/influx/influx.ts';
import { json } from './formats/json/json.ts';
import { lifecycle } from './formats/lifecycle/lifecycle.ts';
import { keyTwiceIn } from './json-keys.ts';

const found = (text: string) => keyTwiceIn(text, JSON.parse(text));

it.each<[string, string | null]>([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":1}', 'a'],
  ['{"a":{"b":1,"c":[{"d":1,"d":1}]}}', 'd'],
  ['[{"a":1},{"b":1,"b":2}]', 'b'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"":1,"":2}', ''],
  ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', null],
  ['{"a":":,{}[]","b\\":":1,"b":1}', null],
  ['{"a":"b","b":"a","c":"a"}', null],
  ['{"__proto__":1}', null],
  ['[1,"a","a"]', null],
  ['"a:b"', null],
])('%s: %s', (text, key) => {
  expect(found(text)).toBe(key);
});

it('finds no key twice in what JSON.stringify writes, and one where a key is written twice', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(found(text)).toBeNull();
      expect(found(`{"k":${text},"k":0}`)).not.toBeNull();
      expect(found(`[{"k":${text},"l":{"k":${text}}}]`)).toBeNull();
    }),
  );
});

it('is found in a text that is nested deeper than the stack', () => {
  const deep = (inner: string) => '['.repeat(50_000) + inner + ']'.repeat(50_000);
  expect(found(deep('{"a":1}'))).toBeNull();
  expect(found(deep('{"a":1,"a":1}'))).toBe('a');
});

describe('a message with a key twice is refused as a whole, in every format', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const target = { site: 's', machine: 'm' };
  it.each([
    ['{"a":1,"a":2}', 'DECODE_NAME_TWICE'],
    ['{"a":1,"a":1}', 'DECODE_NAME_TWICE'],
    ['{"ts":1700000000000,"a":1,"ts":1700000000001}', 'DECODE_NAME_TWICE'],
    ['{"a":1}\n{"a":1,"a":2}', 'DECODE_NAME_TWICE'],
    ['[{"n":"t","v":1,"v":2}]', 'DECODE_NAME_TWICE'],
    ['a=1 a=2', 'DECODE_KEY_VALUE'],
  ])('JSON %s', (text, code) => {
    expect(() => decodeText(json, text)).toThrow(expect.objectContaining({ code }));
  });
  it.each([
    ['m a=1,a=2', 'DECODE_INFLUX'],
    ['m,t=1,t=2 a=1', 'DECODE_INFLUX'],
    ['{"a":1,"a":2}', 'DECODE_NAME_TWICE'],
  ])('line protocol %s', (text, code) => {
    expect(() => decodeText(influx, text)).toThrow(expect.objectContaining({ code }));
  });
  it.each([
    ['a2 6161 01 6161 02', 'DECODE_CBOR'],
    ['81 a3 6161 01 02 03 6176 04', null],
    // SenML, with the value under its number and under its name.
    ['81 a3 00 6174 02 03 6176 04', 'DECODE_CBOR'],
  ])('CBOR %s', (text, code) => {
    const decode = () => cbor.decode(hex(text), target);
    if (code === null) expect(decode).not.toThrow();
    else expect(decode).toThrow(expect.objectContaining({ code }));
  });
  it('a change of a machine', () => {
    const text = '{"state":"failed","state":"replaced"}';
    expect(() => decodeText(lifecycle, text)).toThrow(/'state' comes twice/);
  });
});
