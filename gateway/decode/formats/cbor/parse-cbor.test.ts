import { describe, expect, it } from 'vitest';
import { parseCbor } from './parse-cbor.ts';

const parse = (text: string) => parseCbor(Buffer.from(text, 'hex'));
const to25 = Array.from({ length: 25 }, (_, i) => i + 1);

describe('the examples of RFC 8949, appendix A', () => {
  it.each<[string, unknown]>([
    ['00', 0],
    ['01', 1],
    ['0a', 10],
    ['17', 23],
    ['1818', 24],
    ['1819', 25],
    ['1864', 100],
    ['1903e8', 1_000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['1bffffffffffffffff', 2 ** 64],
    ['c249010000000000000000', 2 ** 64],
    ['3bffffffffffffffff', -(2 ** 64)],
    ['c349010000000000000000', -(2 ** 64)],
    ['20', -1],
    ['29', -10],
    ['3863', -100],
    ['3903e7', -1_000],
    ['f90000', 0],
    ['f98000', -0],
    ['f93c00', 1],
    ['fb3ff199999999999a', 1.1],
    ['f93e00', 1.5],
    ['f97bff', 65_504],
    ['fa47c35000', 100_000],
    ['fa7f7fffff', 3.402_823_466_385_288_6e38],
    ['fb7e37e43c8800759c', 1e300],
    ['f90001', 2 ** -24],
    ['f90400', 2 ** -14],
    ['f9c400', -4],
    ['fbc010666666666666', -4.1],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['f9fc00', Number.NEGATIVE_INFINITY],
    ['fa7f800000', Number.POSITIVE_INFINITY],
    ['fa7fc00000', Number.NaN],
    ['faff800000', Number.NEGATIVE_INFINITY],
    ['fb7ff0000000000000', Number.POSITIVE_INFINITY],
    ['fb7ff8000000000000', Number.NaN],
    ['fbfff0000000000000', Number.NEGATIVE_INFINITY],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', null],
    ['f0', null],
    ['f8ff', null],
    ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
    ['c11a514b67b0', 1_363_896_240],
    ['c1fb41d452d9ec200000', 1_363_896_240.5],
    ['d74401020304', 'AQIDBA'],
    ['d818456449455446', 'ZElFVEY'],
    ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
    ['40', ''],
    ['4401020304', 'AQIDBA'],
    ['60', ''],
    ['6161', 'a'],
    ['6449455446', 'IETF'],
    ['62225c', '"\\'],
    ['62c3bc', 'ü'],
    ['63e6b0b4', '水'],
    ['64f0908591', '𐅑'],
    ['80', []],
    ['83010203', [1, 2, 3]],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', to25],
    ['a0', {}],
    ['a201020304', { 1: 2, 3: 4 }],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['826161a161626163', ['a', { b: 'c' }]],
    ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
    ['5f42010243030405ff', 'AQIDBAU'],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['9f01820203820405ff', [1, [2, 3], [4, 5]]],
    ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
    ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
    ['9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff', to25],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['826161bf61626163ff', ['a', { b: 'c' }]],
    ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it('with a simple value that must not take two bytes is refused', () => {
    expect(() => parse('f818')).toThrow('24 is not a simple value of two bytes');
  });
});

describe('a text', () => {
  it.each([
    ['a value that is cut within a character', 'a1617862c328'],
    ['a key of no character', 'a161ff01'],
    ['half a surrogate pair', '63eda080'],
    ['a character over two chunks', '7f61c361a9ff'],
  ])('that is not UTF-8 is refused: %s', (_, hex) => {
    expect(() => parse(hex)).toThrow('a text is not UTF-8');
  });

  it('keeps a byte-order mark, so that it is another name', () => {
    expect(parse('a264efbbbf6101616102')).toEqual({ '\ufeffa': 1, a: 2 });
  });
});

describe('further items', () => {
  it.each<[string, string, unknown]>([
    ['a decimal fraction', 'c48221196ab3', 273.15],
    ['a decimal fraction of a large integer', 'c48221c249010000000000000000', 184_467_440_737_095_520],
    ['a bigfloat', 'c5822003', 1.5],
    ['an integer that is larger than any double', `c258ff${'ff'.repeat(255)}`, Number.POSITIVE_INFINITY],
    ['an item that says it is CBOR', 'd9d9f7a1616101', { a: 1 }],
    ['a tag of 64 bits', 'dbffffffffffffffff01', 1],
    ['strings in chunks among others', '827f616161626161ff5f41014102ff', ['aba', 'AQI']],
    ['simple values among others', '83f0f8ff01', [null, null, 1]],
    ['a name that is special to JavaScript', 'a1695f5f70726f746f5f5f01', JSON.parse('{"__proto__":1}')],
    ['a date under a tag of its own', 'd903ec6a323031332d30332d3231', '2013-03-21'],
  ])('%s', (_, text, value) => {
    expect(parse(text)).toEqual(value);
  });
});
