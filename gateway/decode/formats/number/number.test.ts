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

  it('accepts a list of values with their times', () => {
    const list = '[{"timestamp_ms":1700000000000,"value":1},{"value":2,"timestamp_ms":1700000001000}]';
    expect(read(list, 'flow')).toMatchObject([
      { values: { flow: 1 }, deviceTime: { ms: 1_700_000_000_000 } },
      { values: { flow: 2 }, deviceTime: { ms: 1_700_000_001_000 } },
    ]);
    expect(() => read('[{"timestamp_ms":1,', 'flow')).toThrow(
      expect.objectContaining({ code: 'DECODE_JSON' }),
    );
  });

  it.each(['12 mm/s', '21,5', '21.5°C', '40 %'])('says of %j that the number must come alone', (text) => {
    expect(() => read(text, 'flow')).toThrow(/send the number alone, with a point/);
  });

  it('reads a word as a state, of which the contract decides', () => {
    expect(read(' AUTO\n', 'mode')[0]?.values).toEqual({ mode: 'AUTO' });
  });

  it.each(['', 'NaN', 'Infinity', '0x10', '1,5', '--1', '1'.repeat(80)])('refuses %j', (text) => {
    expect(() => read(text, 'flow')).toThrow(expect.objectContaining({ code: 'DECODE_NUMBER' }));
  });
});
