import { describe, expect, it } from 'vitest';
import { decoderFor, formats } from './formats.ts';

const target = { site: 'plant', machine: 'pump-1' };
const decode = (format: string, text: string, sensor?: string) =>
  decoderFor(format).decode(Buffer.from(text), sensor === undefined ? target : { ...target, sensor });

describe('json', () => {
  it('takes an object of sensor values with time and running number', () => {
    const [reading] = decode('json', '{"temperature":21.5,"ts":1700000000123,"seq":7}');
    expect(reading).toMatchObject({ deviceTime: { ms: 1_700_000_000_123, ns: 0 }, seq: 7 });
    expect(reading?.values.temperature).toBe(21.5);
  });

  it('keeps every digit of a time in ns', () => {
    const [reading] = decode('json', '{"a":1,"ts":1700000000123456789}');
    expect(reading?.deviceTime).toEqual({ ms: 1_700_000_000_123, ns: 456_789 });
  });

  it('takes nested values, lists, and value objects on a sensor topic', () => {
    expect(decode('json', '{"ts":1700000000,"values":{"a":1}}')[0]).toMatchObject({
      values: { a: 1 },
      deviceTime: { ms: 1_700_000_000_000, ns: 0 },
    });
    expect(decode('json', '[{"a":1},{"a":2}]')).toHaveLength(2);
    expect(decode('json', '{"timestamp_ms":1700000000000,"value":3}', 'flow')[0]?.values).toEqual({
      flow: 3,
    });
    expect(decode('json', '21.5', 'flow')[0]?.values).toEqual({ flow: 21.5 });
  });

  it.each([
    ['{"a":', 'DECODE_JSON'],
    ['{"a":NaN}', 'DECODE_JSON'],
    ['', 'DECODE_JSON'],
    ['\u0000\u00ff', 'DECODE_JSON'],
    ['5', 'DECODE_SHAPE'],
    ['"text"', 'DECODE_SHAPE'],
    ['null', 'DECODE_SHAPE'],
    ['{"a":1,"ts":"yesterday"}', 'DECODE_TIME'],
    [`[${'{},'.repeat(1_000)}{}]`, 'DECODE_TOO_MANY'],
  ])('refuses %s', (text, code) => {
    expect(() => decode('json', text)).toThrow(expect.objectContaining({ code, stage: 'decode' }));
  });
});

describe('number', () => {
  it.each([
    ['21.5', 21.5],
    [' -3\n', -3],
    ['+.5', 0.5],
    ['1e3', 1_000],
  ])('reads %j', (text, value) => {
    expect(decode('number', text, 'flow')[0]?.values).toEqual({ flow: value });
  });

  it('takes a JSON object too', () => {
    expect(decode('number', '{"value":2}', 'flow')[0]?.values).toEqual({ flow: 2 });
  });

  it.each(['', 'NaN', 'Infinity', '0x10', '1,5', '--1', '1'.repeat(80)])('refuses %j', (text) => {
    expect(() => decode('number', text, 'flow')).toThrow(expect.objectContaining({ code: 'DECODE_NUMBER' }));
  });
});

describe('key-value', () => {
  it('reads pairs as small devices print them', () => {
    expect(decode('key-value', 'temperature=21.5, humidity:40;seq=9')[0]).toMatchObject({
      values: { temperature: 21.5, humidity: 40 },
      seq: 9,
    });
  });

  it('refuses what is not a pair', () => {
    expect(() => decode('key-value', 'boot ok')).toThrow(
      expect.objectContaining({ code: 'DECODE_KEY_VALUE' }),
    );
  });
});

it('knows its formats by name', () => {
  expect(formats).toEqual(['json', 'key-value', 'number']);
  expect(() => decoderFor('xml')).toThrow(RangeError);
});
