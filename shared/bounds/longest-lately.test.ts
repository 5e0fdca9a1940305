import { expect, it } from 'vitest';
import { fadedMs, withSpan } from './longest-lately.ts';

const dayMs = 86_400_000;

it('the longest span counts, and for half after 14 days, however many came since', () => {
  let longest = { ms: 0, atMs: 0 };
  longest = withSpan(longest, 8_000, 0);
  for (let i = 0; i < 100_000; i++) longest = withSpan(longest, 10, i);
  expect(longest).toEqual({ ms: 8_000, atMs: 0 });
  expect(fadedMs(longest, 14 * dayMs)).toBe(4_000);
  expect(withSpan(longest, 3_999, 14 * dayMs)).toBe(longest);
  expect(withSpan(longest, 4_001, 14 * dayMs)).toEqual({ ms: 4_001, atMs: 14 * dayMs });
  expect(fadedMs(longest, -dayMs)).toBe(8_000);
});
