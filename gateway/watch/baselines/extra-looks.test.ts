import { expect, it } from 'vitest';
import { Baseline } from './baseline.ts';
import { ExtraLooks } from './extra-looks.ts';

const second = 5_000;

function takenOf(looks: ExtraLooks, wanted: number): number {
  let taken = 0;
  for (let i = 0; i < wanted; i++) if (looks.take()) taken++;
  return taken;
}

it('has so many a second, and keeps none for later', () => {
  const looks = new ExtraLooks();
  looks.refill(0);
  expect(takenOf(looks, 2 * second)).toBe(second);
  looks.refill(100);
  expect(takenOf(looks, second)).toBe(second / 10);
  looks.refill(60_000);
  expect(takenOf(looks, 2 * second)).toBe(second);
});

it('without any left, a machine is looked at about once a step', () => {
  const looks = new ExtraLooks();
  const rowsAt = (timesMs: number[]) => {
    const baseline = new Baseline(1, { stepMs: 1_000, looks });
    timesMs.forEach((timeMs, i) => {
      baseline.take(Float32Array.of(i), timeMs);
    });
    return baseline.rows;
  };
  const fast = Array.from({ length: 10_000 }, (_, i) => i);
  expect(rowsAt(fast)).toBe(80);
  takenOf(looks, second);
  expect(rowsAt(fast)).toBe(13);
  const inexact = Array.from({ length: 100 }, (_, i) => 1_000 * i + (i % 2 === 0 ? 50 : -50));
  expect(rowsAt(inexact)).toBe(100);
});
