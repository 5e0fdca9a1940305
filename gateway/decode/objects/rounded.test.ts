import { expect, it } from 'vitest';
import { isRounded, roundedInJson } from './rounded.ts';

it.each([
  ['9007199254740992', false],
  ['9007199254740993', true],
  ['-9007199254740993', true],
  ['1e-400', true],
  ['0e-400', false],
  ['1e999', false],
  ['0.30000000000000004', false],
  ['0.1', false],
  ['1.2345678901234567891', true],
  ['100000000000000000000', false],
])('%s is rounded: %s', (text, isIt) => {
  expect(isRounded(text)).toBe(isIt);
});

it('names the rounded numbers of a message, but for times', () => {
  const text = '{"total":9007199254740993,"tiny":1e-400,"ts":1700000000123456789,"flow":1.5}';
  expect(roundedInJson(text)).toEqual(['total', 'tiny']);
});
