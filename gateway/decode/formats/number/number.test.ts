import { describe, expect, it } from 'vitest';
import { decodeText, readingsIn } from '../../fixtures.testing.ts';
import { number } from './number.ts';

const read = (text: string, sensor?: string) => readingsIn(decodeText(number, text, sensor));

describe('number', () => {
  it.each([
    ['21.5', 21.5],
    [' -3\n', -3],
    ['+.5', 0.5],
    ['1e3', 1_000],
  ])('reads %j', (text, value) => {
    expect(read(text, 'flow')[0]?.values).toEqual({ flow: value });
  });

  it('accepts a JSON object too', () => {
    expect(read('{"value":2}', 'flow')[0]?.values).toEqual({ flow: 2 });
  });

  it('reads a word as a state, of which the contract decides', () => {
    expect(read(' AUTO\n', 'mode')[0]?.values).toEqual({ mode: 'AUTO' });
  });

  it.each(['', 'NaN', 'Infinity', '0x10', '1,5', '--1', '1'.repeat(80)])('refuses %j', (text) => {
    expect(() => read(text, 'flow')).toThrow(expect.objectContaining({ code: 'DECODE_NUMBER' }));
  });
});
