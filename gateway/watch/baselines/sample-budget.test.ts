import { expect, it } from 'vitest';
import { Baseline } from './baseline.ts';
import { SampleBudget } from './sample-budget.ts';

/** Samples of four sensors per second. */
const second = 5_000;

function takenOf(budget: SampleBudget, wanted: number, sensors = 4): number {
  let taken = 0;
  for (let i = 0; i < wanted; i++) if (budget.take(sensors)) taken++;
  return taken;
}

it('allows a number of samples per second, and saves none for later', () => {
  const budget = new SampleBudget();
  budget.refill(0);
  expect(takenOf(budget, 2 * second)).toBe(second);
  budget.refill(100);
  expect(takenOf(budget, second)).toBe(second / 10);
  budget.refill(60_000);
  expect(takenOf(budget, 2 * second)).toBe(second);
});

it('allows as many fewer of machines with more sensors as each of these costs more', () => {
  const budget = new SampleBudget();
  expect(takenOf(budget, second, 16)).toBe(second / 4);
});

it('without any left, a machine is sampled about once per step', () => {
  const budget = new SampleBudget();
  const rowsAt = (timesMs: number[]) => {
    const baseline = new Baseline(1, { stepMs: 1_000, samples: budget });
    timesMs.forEach((timeMs, i) => {
      baseline.take(Float32Array.of(i), timeMs);
    });
    return baseline.rows;
  };
  const fast = Array.from({ length: 10_000 }, (_, i) => i);
  expect(rowsAt(fast)).toBe(80);
  takenOf(budget, 4 * second, 1);
  expect(rowsAt(fast)).toBe(13);
  const inexact = Array.from({ length: 100 }, (_, i) => 1_000 * i + (i % 2 === 0 ? 50 : -50));
  expect(rowsAt(inexact)).toBe(100);
});
