import { describe, expect, it } from 'vitest';
import { decodeText } from '../../fixtures.testing.ts';
import { createCsv } from './csv.ts';

describe('csv', () => {
  const csv = createCsv({ columns: ['ts', 'temperature', '-', 'humidity', 'seq'] });
  const read = (text: string) => decodeText(csv, text);

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

  it.each([
    ['1700000000,"21.5",x,40,"7"', 21.5],
    ['"1700000000";"21,5";"x;""y""";"40" ;"7"', 21.5],
    ['1700000000 "21.5" x 40 7', 21.5],
    ['1700000000,"21,5",x,"40",7', 21.5],
  ])('reads quotes as RFC 4180 says: %j', (text, temperature) => {
    expect(read(text)).toMatchObject([{ values: { temperature, humidity: 40 }, seq: 7 }]);
  });

  it.each(['1700000000,"21.5,x,40,7', '1700000000,"21.5"6,x,40,7', '"","'])(
    'refuses quotes that do not end, or end too early: %j',
    (text) => {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'DECODE_CSV' }));
    },
  );

  it('omits empty values', () => {
    expect(read(',+0021.50,,n/a,')).toEqual([{ values: { temperature: 21.5, humidity: 'n/a' } }]);
  });

  it('counts the empty values of columns that are read', () => {
    const counting = createCsv({ columns: ['temperature', '-', 'humidity'] });
    for (const text of ['1,,2', ',,2', ',x,']) decodeText(counting, text);
    expect(counting.samples?.()).toMatchObject({ harbinger_csv_values_empty_total: 3 });
  });

  it.each([
    ['1700000000,21.5,x,40', 'DECODE_CSV'],
    ['', 'DECODE_CSV'],
    ['1,2,3,4,5,6', 'DECODE_CSV'],
    ['1700000000,21.5,x\n40,7', 'DECODE_CSV'],
    ['soon,21.5,x,40,7', 'DECODE_TIME'],
  ])('refuses %j', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code, stage: 'decode' }));
  });
});

describe('numbers of other countries', () => {
  const lines = (texts: string[], config = {}) => {
    const csv = createCsv({ columns: ['count', 'pressure'], ...config });
    return texts.map((text) => decodeText(csv, text)[0]);
  };

  it('a thousand is told from one by the other values', () => {
    expect(lines(['998;1,2', '1.000;1,2', '1.001,5;1,2'])).toEqual([
      { values: { count: 998, pressure: 1.2 } },
      { values: { count: 1_000, pressure: 1.2 } },
      { values: { count: 1_001.5, pressure: 1.2 } },
    ]);
    expect(lines(['1.000;21.5'])).toEqual([{ values: { count: 1, pressure: 21.5 } }]);
    expect(lines(['1.000\t21,5'])).toEqual([{ values: { count: 1_000, pressure: 21.5 } }]);
    expect(lines(['7;1.5', '7;1.250', '7;1,250'])).toMatchObject([
      { values: { pressure: 1.5 } },
      { values: { pressure: 1.25 } },
      { values: { pressure: 1_250 } },
    ]);
  });

  it('what could be two numbers is refused alone, unless the route says what it is', () => {
    expect(lines(['999;1.000'])).toEqual([
      {
        values: { count: 999 },
        refused: [
          { name: 'pressure', value: '1.000', error: expect.objectContaining({ code: 'DECODE_CSV' }) },
        ],
      },
    ]);
    expect(lines(['999;1.000'], { decimal: ',' })).toEqual([{ values: { count: 999, pressure: 1_000 } }]);
    expect(lines(['999;1.000'], { decimal: '.' })).toEqual([{ values: { count: 999, pressure: 1 } }]);
  });

  it('with commas as separators, more values than columns are refused with what to do', () => {
    expect(() => lines(['1,5,2,5'])).toThrow(/separate values with ;/);
    expect(lines(['0x10;Infinity'])).toEqual([{ values: { count: '0x10', pressure: 'Infinity' } }]);
  });
});
