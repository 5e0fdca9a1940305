import { describe, expect, it } from 'vitest';
import { decodeText, readingsIn } from '../../fixtures.testing.ts';
import { createInflux, influx } from './influx.ts';

const read = (text: string, sensor?: string) => readingsIn(decodeText(influx, text, sensor));

describe('influx', () => {
  it('reads Telegraf’s messages: fields by their measurement, lines of one time together', () => {
    const lines = `motor,phase=a\\ b rpm=900i,current=3.5,on=true,note="a \\"b\\", c" 1700000000123456789
# a comment
temperature,host=x value=21.5 1700000000123456789\r
temperature,host=x value=22 1700000001000000000\n\n`;
    expect(read(lines)).toEqual([
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
    expect(read('flow value=3')).toEqual([{ values: { flow: 3 } }]);
    expect(read('flow value=3 0')[0]?.deviceTime).toEqual({ ms: 0, ns: 0 });
  });

  it.each([
    ['ns', '1700000000123456789', 456_789],
    ['us', '1700000000123456', 456_000],
    ['ms', '1700000000123', 0],
    ['s', '1700000000', -123],
  ] as const)('takes times in %s where the route says so', (precision, time, ns) => {
    const read = createInflux({ precision }).decode(Buffer.from(`m a=1 ${time}`), {
      site: 's',
      machine: 'm',
    });
    const ms = ns < 0 ? 1_700_000_000_000 : 1_700_000_000_123;
    expect(read).toEqual([{ values: { m_a: 1 }, deviceTime: { ms, ns: Math.max(0, ns) } }]);
  });

  it.each(['m  a=1', 'm,t=x   a=1', 'm a=1  1700000000000000000', ' m   a=1 '])(
    'takes several blanks as one: %j',
    (text) => {
      expect(read(text)).toMatchObject([{ values: { m_a: 1 } }]);
    },
  );

  it('reads every type and escape that InfluxDB documents', () => {
    const line = String.raw`my\ Measure\,ment,tag\=Key=tag\,Value=\ x f=1,g=-1.5e-3,i=-7i,u=12345u,t=t,T=T,true=true,False=False,FALSE=FALSE,s="a \"b\" c\\d, e=f",a\ b=2 1700000000000000000`;
    const [reading] = read(`  # comment with " in it\n\n${line}\n`);
    expect(reading?.deviceTime).toEqual({ ms: 1_700_000_000_000, ns: 0 });
    expect(
      Object.entries(reading!.values).map(([name, value]) => [name.replace('my_Measure_ment_', ''), value]),
    ).toEqual([
      ['f', 1],
      ['g', -0.0015],
      ['i', -7],
      ['u', 12345],
      ['t', true],
      ['T', true],
      ['true', true],
      ['False', false],
      ['FALSE', false],
      ['s', 'a "b" c\\d, e=f'],
      ['a_b', 2],
    ]);
  });

  it('keeps a line together whose quoted value has a newline, and quotes elsewhere are only characters', () => {
    const text = 'm note="two\nlines",a=1 5\nm,tag="x b=2 6\n# "\nm c=3 6';
    expect(read(text).map(({ values }) => values)).toEqual([
      { m_note: 'two\nlines', m_a: 1 },
      { m_b: 2, m_c: 3 },
    ]);
  });

  it('accepts a JSON object, because a refused reading is resent as one', () => {
    expect(read('{"ts":"1700000000123456789","values":{"flow":3}}')).toEqual([
      { deviceTime: { ms: 1_700_000_000_123, ns: 456_789 }, values: { flow: 3 } },
    ]);
  });

  it('accepts the fields of a measurement whose name is too long for a sensor, as one ignored field', () => {
    const name = 'm'.repeat(65);
    expect(read(`${name} a=1,b=2 5\nflow value=3 5`)).toEqual([
      { deviceTime: { ms: 0, ns: 5 }, values: { [name]: null, flow: 3 } },
    ]);
  });

  it('refuses lines that differ in tags, whatever their times, unless the route names the tag', () => {
    for (const second of [5, 6]) {
      const lines = `cpu,cpu=cpu0 idle=1 5\ncpu,cpu=cpu1 idle=2 ${second}`;
      expect(() => read(lines)).toThrow(expect.objectContaining({ code: 'DECODE_MIXED' }));
      expect(() => read(lines)).toThrow(/only 'cpu' tells them apart/);
      const named = influx.decode(Buffer.from(lines), { site: 's', machine: 'm', labels: ['cpu'] });
      expect(Object.assign({}, ...named.map((item) => 'values' in item && item.values))).toEqual({
        cpu0_cpu_idle: 1,
        cpu1_cpu_idle: 2,
      });
    }
    expect(() => read('cpu idle=1 5\ncpu idle=2 5')).toThrow(/nothing tells them apart/);
  });

  it('names sensors by the same rule as JSON', () => {
    expect(read('hall\\ 1 Water\\ Temperature=5,Air/Temp=6 5')).toEqual([
      { deviceTime: { ms: 0, ns: 5 }, values: { hall_1_Water_Temperature: 5, hall_1_Air_Temp: 6 } },
    ]);
    expect(() => read('m a\\ b=1,a_b=2 5')).toThrow(/nothing tells them apart/);
  });

  it('refuses lines of several things whose labels give them one name', () => {
    const lines = 'm,dev=a\\ b x=1 5\nm,dev=a/b x=2 6';
    expect(() => influx.decode(Buffer.from(lines), { site: 's', machine: 'm', labels: ['dev'] })).toThrow(
      /'dev', a label of the route, gives several things this name/,
    );
  });

  it('names large integers that are rounded', () => {
    expect(read('flow total=9007199254740993i,small=1i 5')).toMatchObject([{ rounded: ['total'] }]);
  });

  it.each([
    ['', /no line/],
    ['[{"a":1}]', /line protocol/],
    ['flow value=x 1', /line protocol/],
    ['flow', /line protocol/],
    ['m =1', /name: it is empty/],
    ['m a=1,=2', /name: it is empty/],
  ])('refuses %j', (text, problem) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'DECODE_INFLUX' }));
    expect(() => read(text)).toThrow(problem);
  });
});

it.each(['0x10', '1e400', 'NaN', '1_0', ''])(
  'refuses the value %j alone, and takes those beside it',
  (value) => {
    const [reading] = read(`motor rpm=900,current=${value},on=true 1700000000000000000`);
    expect(reading).toMatchObject({
      values: { motor_rpm: 900, motor_on: true },
      refused: [{ name: 'motor_current', value, error: { code: 'DECODE_INFLUX' } }],
    });
    expect(Object.keys(reading!.values)).toHaveLength(2);
  },
);

it.each(['0x10', '0b11', '0o17', '-1u', '9223372036854775808i', '18446744073709551616u', '1_0', '.', '1e'])(
  'takes no number that line protocol does not have: %s',
  (number) => {
    const decode = () => influx.decode(Buffer.from(`m value=${number}`), { site: 's', machine: 'm' });
    expect(decode).toThrow(expect.objectContaining({ code: 'DECODE_INFLUX' }));
  },
);

it.each([
  ['-9223372036854775808i', -(2 ** 63)],
  ['18446744073709551615u', 2 ** 64],
  ['+1.5e-3', 0.0015],
  ['.5', 0.5],
  ['5.', 5],
])('takes %s', (text, value) => {
  const [reading] = influx.decode(Buffer.from(`m value=${text}`), { site: 's', machine: 'm' });
  expect(reading).toMatchObject({ values: { m: value } });
});
