import { describe, expect, it } from 'vitest';
import { decodeText, readingsIn } from '../../fixtures.testing.ts';
import { json } from './json.ts';

const target = { site: 'plant', machine: 'pump-1' };
const read = (text: string, sensor?: string) => readingsIn(decodeText(json, text, sensor));

describe('json', () => {
  it('reads an object of sensor values with time and running number', () => {
    const [reading] = read('{"temperature":21.5,"ts":1700000000123,"seq":7}');
    expect(reading).toMatchObject({ deviceTime: { ms: 1_700_000_000_123, ns: 0 }, seq: 7 });
    expect(reading?.values.temperature).toBe(21.5);
  });

  it('keeps every digit of a time in ns', () => {
    const [reading] = read('{"a":1,"ts":1700000000123456789}');
    expect(reading?.deviceTime).toEqual({ ms: 1_700_000_000_123, ns: 456_789 });
    // A group of the message may have another time under the same key, and each group one of its own.
    const [own] = read('{"radio":{"ts":1700000009000000009,"b":null},"a":1,"ts":1700000000123456789}');
    expect(own?.deviceTime).toEqual({ ms: 1_700_000_000_123, ns: 456_789 });
    const groups = read('{"a":{"ts":1700000000123456789,"x":1},"b":{"ts":1700000009000000009,"x":2}}');
    expect(groups.map(({ deviceTime }) => deviceTime)).toEqual([
      { ms: 1_700_000_000_123, ns: 456_789 },
      { ms: 1_700_000_009_000, ns: 9 },
    ]);
  });

  it('reads nested values, lists, and value objects on a sensor topic', () => {
    expect(read('{"ts":1700000000,"values":{"a":1}}')[0]).toMatchObject({
      values: { a: 1 },
      deviceTime: { ms: 1_700_000_000_000, ns: 0 },
    });
    expect(read('[{"a":1},{"a":2}]')).toHaveLength(2);
    expect(read('{"timestamp_ms":1700000000000,"value":3}', 'flow')[0]?.values).toEqual({
      flow: 3,
    });
    expect(read('21.5', 'flow')[0]?.values).toEqual({ flow: 21.5 });
  });

  it('reads grouped values, named by their paths', () => {
    const valuesOf = (text: string, sensor?: string) => read(text, sensor)[0]?.values;
    expect(valuesOf('{"AM2301":{"Temperature":21.5,"Humidity":40},"TempUnit":"C"}')).toMatchObject({
      AM2301_Temperature: 21.5,
      AM2301_Humidity: 40,
    });
    expect(valuesOf('{"temperature":{"value":21.5,"unit":"Cel","ts":1}}')).toEqual({
      temperature: 21.5,
      temperature_unit: 'Cel',
    });
    expect(
      valuesOf('{"method":"NotifyStatus","params":{"ts":1,"temperature:0":{"id":0,"tC":21}}}'),
    ).toMatchObject({
      params_temperature_0_tC: 21,
    });
    expect(valuesOf('{"values":{"motor":{"rpm":3}}}')).toMatchObject({ motor_rpm: 3 });
    expect(valuesOf('{"fields":{"usage":3},"name":"cpu","timestamp":1700000000}')).toEqual({ usage: 3 });
    expect(valuesOf('{"fields":{"usage":3},"speed":4}')).toMatchObject({ fields_usage: 3, speed: 4 });
    expect(valuesOf('{"value":{"x":1,"y":2}}', 'axis')).toMatchObject({ axis_x: 1, axis_y: 2 });
    expect(valuesOf('{"a":{"b":1},"a_b":2}')).toMatchObject({ a_b: 2 });
    expect(valuesOf('{"a":{"__proto__":{"b":1}}}')).toMatchObject({ a___proto___b: 1 });
    expect(() => valuesOf(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)).not.toThrow();
  });

  it('reads a list, or one object per line, except for unreadable items', () => {
    expect(read('{"a":1}\n{"a":2,"ts":1700000000}\r\n')).toEqual([
      { values: { a: 1 } },
      { values: { a: 2, ts: 1_700_000_000 }, deviceTime: { ms: 1_700_000_000_000, ns: 0 } },
    ]);
    const [good, bad, late] = decodeText(json, '[{"a":1},5,{"a":2,"ts":"soon"}]');
    expect(good).toEqual({ values: { a: 1 } });
    expect(bad?.unreadable).toMatchObject({ error: { code: 'DECODE_SHAPE' }, payload: Buffer.from('5') });
    expect(late?.unreadable?.error).toMatchObject({ code: 'DECODE_TIME' });
    expect(String(late?.unreadable?.payload)).toBe('{"a":2,"ts":"soon"}');
    const deep = `[{"a":1},${'['.repeat(20_000)}${']'.repeat(20_000)}]`;
    expect(decodeText(json, deep)[1]?.unreadable?.error).toMatchObject({ code: 'DECODE_SHAPE' });
    expect(() => read('{"a":1}\n{"a":')).toThrow(expect.objectContaining({ code: 'DECODE_JSON' }));
  });

  it('reads pairs, and ignores a byte order mark before the text', () => {
    expect(read('temp:21.5,hum:40\r\n')[0]?.values).toEqual({ temp: 21.5, hum: 40 });
    expect(read('\ufeff{"a":1}')[0]?.values).toEqual({ a: 1 });
    for (const text of ['12:30:45', 'state: ok', 'cpu,host=a usage=1.5 1700000000', 'http://x:1'])
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'DECODE_JSON' }));
  });

  it('takes what some languages write for a number that is not finite for one, and leaves texts as they are', () => {
    const text = '{"a":NaN,"b":2,"c": -Infinity ,"d":"x,NaN,","e":"\\",nan"}';
    const [minus, plus] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(read(text)).toMatchObject([{ values: { a: plus, b: 2, c: minus } }]);
    expect(read('{"a":NaN,"t":1}\n{"a":3}')).toHaveLength(2);
  });

  it.each([
    [Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
    [Buffer.from('\ufeff{"a":1}', 'utf16le'), /UTF-16/],
    [Buffer.from('{"a":1}', 'utf16le'), /UTF-16/],
    [Buffer.from('{"a":NaN,}'), /send null/],
    [Buffer.from(''), /empty/],
    [Buffer.from('21.5'), /topic that names its sensor/],
    [Buffer.from('"on"'), /but "on"/],
  ])('says how to correct %j', (payload, message) => {
    expect(() => json.decode(payload, target)).toThrow(message);
  });

  it.each([
    ['{"a":', 'DECODE_JSON'],
    ['{"a":NaN,}', 'DECODE_JSON'],
    ['{"a":NaN1}', 'DECODE_JSON'],
    ['{NaN:1}', 'DECODE_JSON'],
    ['', 'DECODE_JSON'],
    ['\u0000\u00ff', 'DECODE_JSON'],
    ['5', 'DECODE_SHAPE'],
    ['"text"', 'DECODE_SHAPE'],
    ['null', 'DECODE_SHAPE'],
    ['{"a":1,"ts":"yesterday"}', 'DECODE_TIME'],
    [`[${'{},'.repeat(1_000)}{}]`, 'DECODE_TOO_MANY'],
  ])('refuses %s', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code, stage: 'decode' }));
  });
});
