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

  it('omits empty values', () => {
    expect(read(',+0021.50,,n/a,')).toEqual([{ values: { temperature: 21.5, humidity: 'n/a' } }]);
  });

  it('counts the empty values of columns that are read', () => {
    const counting = createCsv({ columns: ['temperature', '-', 'humidity'] });
    for (const text of ['1,,2', ',,2', ',x,']) decodeText(counting, text);
    expect(counting.samples?.()).toEqual({ harbinger_csv_values_empty_total: 3 });
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
