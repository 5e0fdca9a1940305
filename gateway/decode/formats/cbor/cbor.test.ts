import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { readingsIn } from '../../fixtures.testing.ts';
import { cbor } from './cbor.ts';

const target = { site: 'plant', machine: 'pump-1' };
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const read = (payload: Uint8Array, sensor?: string) =>
  readingsIn(cbor.decode(Buffer.from(payload), sensor === undefined ? target : { ...target, sensor }));

describe('cbor', () => {
  it('takes what JSON takes: values with time and identity beside them, lists, values alone', () => {
    expect(read(encode({ ts: 1_700_000_000, seq: 7, id: 'n7', values: { flow: 3, on: true } }))).toEqual([
      {
        values: { flow: 3, on: true },
        deviceTime: { ms: 1_700_000_000_000, ns: 0 },
        seq: 7,
        id: 'n7',
      },
    ]);
    expect(read(encode([{ a: 1 }, { a: 2 }]))).toEqual([{ values: { a: 1 } }, { values: { a: 2 } }]);
    expect(read(encode({ motor: { rpm: 900 } }))[0]?.values).toMatchObject({ motor_rpm: 900 });
    expect(read(encode(21.5), 'flow')).toEqual([{ values: { flow: 21.5 } }]);
  });

  it('keeps every digit of a time in ns, and rounds other large integers', () => {
    const [reading] = read(encode({ ts: 1_700_000_000_123_456_789n, a: 2n ** 60n }));
    expect(reading).toEqual({
      values: { ts: '1700000000123456789', a: 2 ** 60 },
      deviceTime: { ms: 1_700_000_000_123, ns: 456_789 },
    });
  });

  it.each([
    ['a text', 'a1 627473 c0 74 323031332d30332d32315432303a30343a30305a', 0],
    ['whole seconds', 'a1 627473 c1 1a514b67b0', 0],
    ['seconds with a fraction', 'a1 627473 c1 fb41d452d9ec200000', 500],
  ])('takes times tagged as %s', (_, text, ms) => {
    expect(read(hex(text))[0]?.deviceTime).toEqual({ ms: 1_363_896_240_000 + ms, ns: 0 });
  });

  it('takes the SenML pack of RFC 8428, section 6', () => {
    const pack = hex(`87
      a7 21781b75726e3a6465763a6f773a3130653230373361303130383030363a
      22fb41d303a15b001062 236141 2005 0067766f6c74616765 016156 02fb405e066666666666
      a3 00 6763757272656e74 0624 02fb3ff3333333333333
      a3 00 6763757272656e74 0623 02fb3ff4cccccccccccd
      a3 00 6763757272656e74 0622 02fb3ff6666666666666
      a3 00 6763757272656e74 0621 02f93e00
      a3 00 6763757272656e74 0620 02fb3ff999999999999a
      a3 00 6763757272656e74 0600 02fb3ffb333333333333`);
    const readings = read(pack);
    expect(readings.map(({ values }) => values)).toEqual([
      { voltage: 120.1, current: 1.7 },
      ...[1.2, 1.3, 1.4, 1.5, 1.6].map((current) => ({ current })),
    ]);
    expect(readings.map(({ deviceTime }) => deviceTime!.ms - 1_276_020_076_001)).toEqual([
      0, -5_000, -4_000, -3_000, -2_000, -1_000,
    ]);
  });

  it('takes lists of maps with integer keys that are not SenML as ordinary objects', () => {
    expect(read(hex('81 a2 00 05 02 06'))).toEqual([{ values: { 0: 5, 2: 6 } }]);
  });

  it('takes a JSON object, as a refused reading is sent again', () => {
    expect(read(Buffer.from('{"values":{"flow":3}}'))).toEqual([{ values: { flow: 3 } }]);
  });

  it.each([
    ['', /it ends too early/],
    ['a1 61', /not enough data/],
    ['a2 6161 01', /it ends too early/],
    ['82 a0', /it ends too early/],
    ['a1 6161 01 00', /1 bytes follow/],
    ['a2 6161 01 6161 02', /'a' comes twice/],
    ['a2 01 01 6131 02', /'1' comes twice/],
    ['a1 80 01', /neither a text nor a number/],
    ['ff', /starts with a break/],
    ['81 ff', /a break stands/],
    ['bf 6161 ff', /a break stands/],
    ['a1 6161 1c', /invalid minor/],
    ['a1 6161 f810', /16 is not a simple value/],
    ['7f 4101 ff', /chunk of another type/],
    ['5f 5f ff ff', /indefinite/],
    ['9b ffffffffffffffff', /64-bit/],
    ['5b 7fffffffffffffff', /64-bit|not enough/],
    ['ba ffffffff', /it ends too early/],
    ['a1 627473 c0 01', /content of tag 0/],
    ['c4 82 fb3ff8000000000000 01', /content of tag 4/],
    ['81'.repeat(40), /nested deeper than 32/],
    ['c1'.repeat(40), /nested deeper than 32/],
  ])('refuses %s', (text, problem) => {
    expect(() => read(hex(text))).toThrow(expect.objectContaining({ code: 'DECODE_CBOR', stage: 'decode' }));
    expect(() => read(hex(text))).toThrow(problem);
  });

  it.each([
    ['6161', 'DECODE_SHAPE'],
    ['a1 627473 a0', 'DECODE_TIME'],
    ['81 a2 00 6161 02 6131', 'DECODE_SENML'],
  ])('refuses %s for what it says', (text, code) => {
    expect(() => read(hex(text))).toThrow(expect.objectContaining({ code }));
  });
});
