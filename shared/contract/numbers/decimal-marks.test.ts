import { expect, it } from 'vitest';
import { decimalNumber, MarkCount, markEvidence } from './decimal-marks.ts';

it.each([
  ['998', 'none'],
  ['1.000', 'both'],
  ['1,000', 'both'],
  ['-12.345', 'both'],
  ['0.125', '.'],
  ['21.5', '.'],
  ['1.5e3', '.'],
  ['1,234.5', '.'],
  ['1,234,567', '.'],
  ['21,5', ','],
  ['0,125', ','],
  ['1.001,5', ','],
  ['1.234.567', ','],
  ['n/a', 'none'],
  ['1.2.3', 'none'],
  ['12:30', 'none'],
  ['0x10', 'none'],
])('%s says about the decimal mark: %s', (text, evidence) => {
  expect(markEvidence(text)).toBe(evidence);
});

it.each([
  ['1.000', ',', 1_000],
  ['1.000', '.', 1],
  ['1.001,5', ',', 1_001.5],
  ['1,234.5', '.', 1_234.5],
  ['-21,5', ',', -21.5],
  ['1e3', ',', 1_000],
  ['1.5', ',', Number.NaN],
  ['1,5', '.', Number.NaN],
  ['1,5,2,5', ',', Number.NaN],
  ['0x10', '.', Number.NaN],
  ['', '.', Number.NaN],
  ['Infinity', '.', Number.NaN],
] as const)('%s with the decimal mark %s is %d', (text, mark, number) => {
  expect(decimalNumber(text, mark)).toBe(number);
});

it('evidence must agree', () => {
  const count = new MarkCount();
  for (const text of ['998', '1.000']) count.add(text);
  expect([count.mark, count.isUnclear]).toEqual([undefined, true]);
  count.add('1,5');
  expect(count.mark).toBe(',');
  count.add('1.5');
  expect(count.mark).toBeNull();
});
