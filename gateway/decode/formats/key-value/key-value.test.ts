import { describe, expect, it } from 'vitest';
import { decodeText, readingsIn } from '../../fixtures.testing.ts';
import { keyValue } from './key-value.ts';

const read = (text: string, sensor?: string) => readingsIn(decodeText(keyValue, text, sensor));

describe('key-value', () => {
  it('reads pairs as small devices print them', () => {
    expect(read('temperature=21.5, humidity:40;seq=9')[0]).toMatchObject({
      values: { temperature: 21.5, humidity: 40 },
      seq: 9,
    });
  });

  it('reads time and id like JSON', () => {
    const [reading] = read('a=1 ts=1700000000123456789 id=n7');
    expect(reading).toMatchObject({ deviceTime: { ms: 1_700_000_000_123, ns: 456_789 }, id: 'n7' });
    expect(() => read('a=1 ts=soon')).toThrow(expect.objectContaining({ code: 'DECODE_TIME' }));
  });

  it('refuses a payload that is not a pair', () => {
    expect(() => read('boot ok')).toThrow(expect.objectContaining({ code: 'DECODE_KEY_VALUE' }));
  });
});
