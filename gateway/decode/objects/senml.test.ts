import { describe, expect, it } from 'vitest';
import { readingsOf } from './readings.ts';

const readWhole = (text: string) => readingsOf(JSON.parse(text), { site: 'plant', machine: 'pump-1' });
/** Without units, which most of what is tested here has. */
const read = (text: string) =>
  readWhole(text).map((item) => Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'units')));

it('reads units of records and of their base', () => {
  expect(
    readWhole('[{"bn":"dev:","bu":"A","n":"a","v":1},{"n":"b","u":"Cel","v":2},{"n":"c","s":3}]'),
  ).toEqual([{ values: { a: 1, b: 2, c_sum: 3 }, units: { a: 'A', b: 'Cel' } }]);
});

it('reads a SenML pack: records of one time are one reading', () => {
  const pack = `[{"bn":"urn:dev:ow:10e2073a01080063:","bt":1700000000.25,"bu":"A","n":"voltage","u":"V","v":120.1},
    {"n":"current","v":1.2},{"n":"current","t":-5,"v":1.3},{"n":"up","vb":true},{"n":"label","vs":"x"}]`;
  expect(read(pack)).toEqual([
    {
      deviceTime: { ms: 1_700_000_000_250, ns: 0 },
      values: { voltage: 120.1, current: 1.2, up: true, label: 'x' },
    },
    { deviceTime: { ms: 1_699_999_995_250, ns: 0 }, values: { current: 1.3 } },
  ]);
  expect(read('[{"bn":"urn:dev:mac:0024befffe804ff1/temp","v":23.5}]')).toEqual([{ values: { temp: 23.5 } }]);
  expect(read('[{"bn":"dev:","bv":20},{"n":"a","v":1},{"n":"b","v":2}]')).toEqual([
    { values: { a: 21, b: 22 } },
  ]);
});

describe('the examples of RFC 8428, section 5.1', () => {
  const device = 'urn:dev:ow:10e2073a01080063';

  it('5.1.1: a single value', () => {
    expect(read(`[{"n":"${device}","u":"Cel","v":23.1}]`)).toEqual([
      { values: { '10e2073a01080063': 23.1 } },
    ]);
  });

  it('5.1.2: several values, and several at times relative to a base', () => {
    expect(
      read(`[{"bn":"${device}:","n":"voltage","u":"V","v":120.1},{"n":"current","u":"A","v":1.2}]`),
    ).toEqual([{ values: { voltage: 120.1, current: 1.2 } }]);
    const later = read(
      `[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
       {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","v":1.7}]`,
    );
    expect(later).toMatchObject([
      { values: { voltage: 120.1, current: 1.7 }, deviceTime: { ms: 1_276_020_076_001 } },
      { values: { current: 1.2 }, deviceTime: { ms: 1_276_020_071_001 } },
      { values: { current: 1.3 }, deviceTime: { ms: 1_276_020_072_001 } },
    ]);
  });

  it('5.1.3: several units of one name are several sensors', () => {
    const pack = `[{"bn":"${device}","bt":1.320067464e+09,"bu":"%RH","v":20},{"u":"lon","v":24.30621},
      {"u":"lat","v":60.07965},{"t":60,"v":20.3},{"u":"lon","t":60,"v":24.30622},{"u":"lat","t":60,"v":60.07965}]`;
    const name = '10e2073a01080063';
    expect(read(pack)).toEqual([
      {
        deviceTime: { ms: 1_320_067_464_000, ns: 0 },
        values: { [`${name}__RH`]: 20, [`${name}_lon`]: 24.306_21, [`${name}_lat`]: 60.079_65 },
      },
      {
        deviceTime: { ms: 1_320_067_524_000, ns: 0 },
        values: { [`${name}__RH`]: 20.3, [`${name}_lon`]: 24.306_22, [`${name}_lat`]: 60.079_65 },
      },
    ]);
  });

  it('5.1.5: a collection of resources, by its base name', () => {
    const pack = `[{"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":27.2},
      {"n":"humidity","u":"%RH","v":80}]`;
    expect(read(pack)).toMatchObject([{ values: { temperature: 27.2, humidity: 80 } }]);
  });

  it('4.3 and 6: values of other types, where bytes are not a number', () => {
    const pack = `[{"bn":"${device}:"},{"n":"temperature","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},
      {"n":"open","vb":false},{"n":"nfc-reader","vd":"1234"}]`;
    expect(read(pack)).toEqual([
      { values: { temperature: 23.1, label: 'Machine Room', open: false, 'nfc-reader': ['1234'] } },
    ]);
  });
});

it('keeps sums beside values, two values of one name and time, and times relative to now', () => {
  expect(read('[{"n":"flow","u":"l","v":2,"s":1000},{"n":"power","s":5}]')).toEqual([
    { values: { flow: 2, flow_sum: 1_000, power_sum: 5 } },
  ]);
  expect(read('[{"n":"a","v":1,"t":1700000000},{"n":"a","v":2,"t":1700000000}]')).toMatchObject([
    { values: { a: 1 }, deviceTime: { ms: 1_700_000_000_000 } },
    { values: { a: 2 }, deviceTime: { ms: 1_700_000_000_000 } },
  ]);
  expect(read('[{"n":"a","v":1,"t":-5}]')).toEqual([{ values: { a: 1 }, relativeMs: -5_000 }]);
});

it('ignores labels that it does not know, in packs that cannot be something else', () => {
  expect(read('[{"bn":"d:","n":"a","u":"V","v":1,"vendor":7}]')).toEqual([{ values: { a: 1 } }]);
  expect(read('[{"n":"name","v":1,"amps":2}]')).toMatchObject([{ values: { name: 1, name_amps: 2 } }]);
});

it.each([
  ['[{"bn":"one:","n":"a","v":1},{"bn":"two:","n":"a","v":2}]', /two devices/],
  ['[{"n":"a","v":"1"}]', /not a number/],
  ['[{"n":"","v":1}]', /no name/],
  ['[{"bn":"a"}]', /no record has a value/],
  [`[{"bn":"${'a'.repeat(2_000)}","v":1}]`, /longer than 1024 characters/],
  ['[{"n":"a","v":1,"secret_":2}]', /'secret_' must be understood/],
  ['[{"bver":11,"n":"a","v":1}]', /version 11/],
  ['[{"bver":"5","n":"a","v":1}]', /version/],
  ['[{"n":"a","v":1,"t":-1e999}]', /finite/],
  [
    '[{"bn":"u:","bt":1796075516,"bv":20,"n":"a","v":1},{"n":"b","v":2,"t":-10},{"n":"c"}]',
    /neither .* but n$/,
  ],
  ['[{"bn":"u:","bt":1796075516,"n":"a","v":1},{"n":"b","t":-10}]', /neither .* but n, t$/],
  ['[{"bn":"u:","bt":1796075516,"n":"a","v":1},{}]', /but nothing/],
  ['[{"bn":"u:","bt":1796075516,"n":"a","v":1},5]', /not an object: 5/],
])('refuses the SenML pack %s', (text, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: 'DECODE_SENML' }));
  expect(() => read(text)).toThrow(message);
});
