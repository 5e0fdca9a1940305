/** The band that an alert names for a sensor beside others: never a value that it cannot have. */
import { expect, it } from 'vitest';
import type { BeyondRange } from './usual-range.ts';
import { toldOf, withinShown } from './within-shown.ts';

const shown = { low: 0.02, high: 72 };
const beside = (level: number, low: number, high: number): BeyondRange => ({
  ...{ column: 0, level, low, high, isBesideOthers: true },
});

it.each([
  ['a band below all that was shown', beside(3, -13, -4.81), [0.02, 0.02]],
  ['a band above it', beside(35.9, 3_026, 3_083), [72, 72]],
  ['a band across its end', beside(40, -8, 12), [0.02, 12]],
  ['a band within it', beside(40, 8, 12), [8, 12]],
  ['a level that was never shown', beside(90, 74, 80), [74, 80]],
  ['what was ever usual', { column: 0, level: 90, low: -5, high: 80 }, [-5, 80]],
  ['a shifted level', { column: 0, level: 10, low: -2, high: 4, shift: 'level' as const }, [0.02, 4]],
  ['minutes', { column: 0, level: 40, low: -2, high: 90, shift: 'run' as const }, [-2, 90]],
])('%s', (_, each, [low, high]) => {
  expect(withinShown(each, shown)).toEqual({ ...each, low, high });
  expect(withinShown(each, null)).toBe(each);
});

it('a sensor at the end of what it can show is not named beside one that is elsewhere', () => {
  const humidity = { ...beside(99.3, 107, 113), column: 1 };
  const outside = beside(3, 8, 12);
  const shownOf = (column: number) => (column === 1 ? { low: 40, high: 99 } : shown);
  expect(toldOf([humidity, outside], shownOf)).toEqual([outside]);
  expect(toldOf([humidity], shownOf)).toEqual([{ ...humidity, low: 99.3, high: 99.3 }]);
});
