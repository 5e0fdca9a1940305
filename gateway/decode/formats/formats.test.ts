import { describe, expect, it } from 'vitest';
import { csv } from './csv/csv.ts';
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

  it('takes values from objects of their own, by the names on the way', () => {
    const valuesOf = (text: string, sensor?: string) => decode('json', text, sensor)[0]?.values;
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

  it('takes a list, or a line each, but for those that cannot be read', () => {
    expect(decode('json', '{"a":1}\n{"a":2,"ts":1700000000}\r\n')).toEqual([
      { values: { a: 1 } },
      { values: { a: 2, ts: 1_700_000_000 }, deviceTime: { ms: 1_700_000_000_000, ns: 0 } },
    ]);
    const [good, bad, late] = decode('json', '[{"a":1},5,{"a":2,"ts":"soon"}]');
    expect(good).toEqual({ values: { a: 1 } });
    expect(bad?.refused).toMatchObject({ error: { code: 'DECODE_SHAPE' }, payload: Buffer.from('5') });
    expect(late?.refused?.error).toMatchObject({ code: 'DECODE_TIME' });
    expect(String(late?.refused?.payload)).toBe('{"a":2,"ts":"soon"}');
    const deep = `[{"a":1},${'['.repeat(20_000)}${']'.repeat(20_000)}]`;
    expect(decode('json', deep)[1]?.refused?.error).toMatchObject({ code: 'DECODE_SHAPE' });
    expect(() => decode('json', '{"a":1}\n{"a":')).toThrow(expect.objectContaining({ code: 'DECODE_JSON' }));
  });

  it('takes a SenML pack: records of one time are one reading', () => {
    const pack = `[{"bn":"urn:dev:ow:10e2073a01080063:","bt":1700000000.25,"bu":"A","n":"voltage","u":"V","v":120.1},
      {"n":"current","v":1.2},{"n":"current","t":-5,"v":1.3},{"n":"up","vb":true},{"n":"label","vs":"x"}]`;
    expect(decode('json', pack)).toEqual([
      {
        deviceTime: { ms: 1_700_000_000_250, ns: 0 },
        values: { voltage: 120.1, current: 1.2, up: true, label: 'x' },
      },
      { deviceTime: { ms: 1_699_999_995_250, ns: 0 }, values: { current: 1.3 } },
    ]);
    expect(decode('json', '[{"bn":"urn:dev:mac:0024befffe804ff1/temp","v":23.5}]')).toEqual([
      { values: { temp: 23.5 } },
    ]);
    expect(decode('json', '[{"bn":"dev:","bv":20},{"n":"a","v":1},{"n":"b","v":2}]')).toEqual([
      { values: { dev: 20, a: 21, b: 22 } },
    ]);
    expect(decode('json', '[{"n":"name","v":1,"amps":2}]')[0]?.values).toMatchObject({ v: 1, amps: 2 });
  });

  it.each([
    ['[{"n":"a","v":1,"t":-5}]', /relative to now/],
    ['[{"bn":"one:","n":"a","v":1},{"bn":"two:","n":"a","v":2}]', /two devices/],
    ['[{"n":"a","v":"1"}]', /not a number/],
    ['[{"n":"","v":1}]', /no name/],
    ['[{"bn":"a"}]', /no record has a value/],
  ])('refuses the SenML pack %s', (text, message) => {
    expect(() => decode('json', text)).toThrow(expect.objectContaining({ code: 'DECODE_SENML' }));
    expect(() => decode('json', text)).toThrow(message);
  });

  it('takes pairs, and a byte order mark before the text', () => {
    expect(decode('json', 'temp:21.5,hum:40\r\n')[0]?.values).toEqual({ temp: 21.5, hum: 40 });
    expect(decode('json', '\ufeff{"a":1}')[0]?.values).toEqual({ a: 1 });
    for (const text of ['12:30:45', 'state: ok', 'cpu,host=a usage=1.5 1700000000', 'http://x:1'])
      expect(() => decode('json', text)).toThrow(expect.objectContaining({ code: 'DECODE_JSON' }));
  });

  it.each([
    [Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
    [Buffer.from('\ufeff{"a":1}', 'utf16le'), /UTF-16/],
    [Buffer.from('{"a":1}', 'utf16le'), /UTF-16/],
    [Buffer.from('{"a":NaN}'), /send null/],
    [Buffer.from(''), /empty/],
    [Buffer.from('21.5'), /topic that names its sensor/],
    [Buffer.from('"on"'), /but "on"/],
  ])('says what to do about %j', (payload, message) => {
    expect(() => decoderFor('json').decode(payload, target)).toThrow(message);
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

  it('takes time and id as JSON has them', () => {
    const [reading] = decode('key-value', 'a=1 ts=1700000000123456789 id=n7');
    expect(reading).toMatchObject({ deviceTime: { ms: 1_700_000_000_123, ns: 456_789 }, id: 'n7' });
    expect(() => decode('key-value', 'a=1 ts=soon')).toThrow(
      expect.objectContaining({ code: 'DECODE_TIME' }),
    );
  });

  it('refuses what is not a pair', () => {
    expect(() => decode('key-value', 'boot ok')).toThrow(
      expect.objectContaining({ code: 'DECODE_KEY_VALUE' }),
    );
  });
});

describe('csv', () => {
  const read = (text: string) =>
    csv(['ts', 'temperature', '-', 'humidity', 'seq']).decode(Buffer.from(text), target);

  it.each([
    '1700000000,21.5,x,40,7\r\n',
    '1700000000; 21.5; x; 40; 7',
    '1700000000\t21.5\tx\t40\t7',
    '1700000000 21.5 x 40 7',
  ])('reads %j', (text) => {
    expect(read(text)).toEqual([
      {
        deviceTime: { ms: 1_700_000_000_000, ns: 0 },
        values: { temperature: 21.5, humidity: 40 },
        seq: 7,
      },
    ]);
  });

  it('leaves out what is empty', () => {
    expect(read(',+0021.50,,n/a,')).toEqual([{ values: { temperature: 21.5, humidity: 'n/a' } }]);
  });

  it.each([
    ['1700000000,21.5,x,40', 'DECODE_CSV'],
    ['', 'DECODE_CSV'],
    ['1,2,3,4,5,6', 'DECODE_CSV'],
    ['soon,21.5,x,40,7', 'DECODE_TIME'],
  ])('refuses %j', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code, stage: 'decode' }));
  });
});

describe('influx', () => {
  it('reads what Telegraf sends: fields by their measurement, lines of one time together', () => {
    const lines = `motor,phase=a\\ b rpm=900i,current=3.5,on=true,note="a \\"b\\", c" 1700000000123456789
# a comment
temperature,host=x value=21.5 1700000000123456789\r
temperature,host=x value=22 1700000001000000000\n\n`;
    expect(decode('influx', lines)).toEqual([
      {
        deviceTime: { ms: 1_700_000_000_123, ns: 456_789 },
        values: {
          motor_rpm: 900,
          motor_current: 3.5,
          motor_on: true,
          motor_note: 'a "b", c',
          temperature: 21.5,
        },
      },
      { deviceTime: { ms: 1_700_000_001_000, ns: 0 }, values: { temperature: 22 } },
    ]);
    expect(decode('influx', 'flow value=3')).toEqual([{ values: { flow: 3 } }]);
    expect(decode('influx', 'flow value=3 0')[0]?.deviceTime).toEqual({ ms: 0, ns: 0 });
  });

  it.each([
    ['', /no line/],
    ['{"a":1}', /line protocol/],
    ['flow value=x 1', /line protocol/],
    ['flow', /line protocol/],
    ['cpu,cpu=cpu0 idle=1 5\ncpu,cpu=cpu1 idle=2 5', /'cpu_idle' comes twice at one time/],
    ['f value=1\n'.repeat(1_001), /at most 1000/],
  ])('refuses %j', (text, problem) => {
    expect(() => decode('influx', text)).toThrow(expect.objectContaining({ code: 'DECODE_INFLUX' }));
    expect(() => decode('influx', text)).toThrow(problem);
  });
});

it('knows its formats by name', () => {
  expect(formats).toEqual(['influx', 'json', 'key-value', 'number']);
  expect(() => decoderFor('xml')).toThrow(RangeError);
});
