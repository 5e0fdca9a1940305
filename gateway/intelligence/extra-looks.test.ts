import { expect, it } from 'vitest';
import { Baseline } from './anomaly.ts';
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

it('without any left, a machine is looked at once a step', () => {
  const looks = new ExtraLooks();
  const rowsAt = (stepMs: number) => {
    const baseline = new Baseline(1, { stepMs, looks });
    for (let i = 0; i < 10_000; i++) baseline.take(Float32Array.of(i), i);
    return baseline.rows;
  };
  expect(rowsAt(1_000)).toBe(80);
  takenOf(looks, second);
  expect(rowsAt(1_000)).toBe(10);
});
