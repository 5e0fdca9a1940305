import { expect, it } from 'vitest';
import { readingsOf } from './readings.ts';

const read = (text: string) => readingsOf(JSON.parse(text), { site: 'plant', machine: 'pump-1' });

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
    { values: { dev: 20, a: 21, b: 22 } },
  ]);
  expect(read('[{"n":"name","v":1,"amps":2}]')).toMatchObject([{ values: { v: 1, amps: 2 } }]);
});

it.each([
  ['[{"n":"a","v":1,"t":-5}]', /relative to now/],
  ['[{"bn":"one:","n":"a","v":1},{"bn":"two:","n":"a","v":2}]', /two devices/],
  ['[{"n":"a","v":"1"}]', /not a number/],
  ['[{"n":"","v":1}]', /no name/],
  ['[{"bn":"a"}]', /no record has a value/],
  [`[{"bn":"${'a'.repeat(2_000)}","v":1}]`, /longer than 1024 characters/],
])('refuses the SenML pack %s', (text, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: 'DECODE_SENML' }));
  expect(() => read(text)).toThrow(message);
});
