import { expect, it } from 'vitest';
import { bytesText, countText, percentText } from './amounts.ts';

it('amounts are written with their words and units', () => {
  expect([countText(1, 'batch'), countText(2, 'batch'), countText(0, 'machine')]).toEqual([
    '1 batch',
    '2 batches',
    '0 machines',
  ]);
  expect([0, 999, 1_500, 64_000_000, 1.5e9, 2e15].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '64 MB',
    '1.5 GB',
    '2000 TB',
  ]);
  expect([0.004_56, 0.05, 0.123, 1].map(percentText)).toEqual(['0.46 %', '5 %', '12 %', '100 %']);
});
