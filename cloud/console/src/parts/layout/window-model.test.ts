import { expect, it } from 'vitest';
import { drawnOf, offsetsOf } from './window-model.ts';

it('draws what is in sight and some rows around it, and keeps the place of the rest', () => {
  const heights = Array.from({ length: 10_000 }, (_, i) => (i % 10 === 0 ? 88 : 60));
  const offsets = offsetsOf(heights);
  const total = offsets.at(-1)!;
  for (const top of [-500, 0, 1, 62_345, total - 800, total + 5_000]) {
    const { from, to, above, below } = drawnOf(offsets, top, 800);
    expect(to - from).toBeLessThan(40);
    const drawn = heights.slice(from, to).reduce((sum, height) => sum + height, 0);
    expect(above + drawn + below).toBe(total);
    if (top >= 0 && top < total) {
      expect(above).toBeLessThanOrEqual(top);
      expect(above + drawn).toBeGreaterThanOrEqual(Math.min(total, top + 800));
    }
  }
  expect(drawnOf(offsetsOf([]), 0, 800)).toEqual({ from: 0, to: 0, above: 0, below: 0 });
});
