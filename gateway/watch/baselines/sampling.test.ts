import { describe, expect, it } from 'vitest';
import { Sampling } from './sampling.ts';

/** The rows that are looked at, and those of them that are samples, of a machine that sends every `everyMs`. */
function run(everyMs: number, { rows = 1_000, isBudgetSpent = false } = {}) {
  const sampling = new Sampling({ stepMs: 1_000, samples: { take: () => !isBudgetSpent } });
  const counts = { looks: 0, samples: 0 };
  for (let row = 0; row < rows; row++) {
    if (!sampling.looks(row * everyMs)) continue;
    counts.looks++;
    if (sampling.takes(row * everyMs, 4)) counts.samples++;
  }
  return { ...counts, rowsPerSample: sampling.rowsPerSample };
}

describe('of a machine', () => {
  it('that sends no faster than it ages, each row is looked at and is a sample', () => {
    for (const everyMs of [810, 1_000, 60_000])
      expect(run(everyMs)).toMatchObject({ looks: 1_000, samples: 1_000, rowsPerSample: 1 });
  });

  it('that sends faster, eight rows of a step are looked at, at any rate', () => {
    for (const everyMs of [1, 5, 25]) {
      const { looks, samples } = run(everyMs);
      expect(looks).toBe(everyMs * 8);
      expect(samples).toBe(looks);
    }
    expect(run(1, { rows: 50_000 }).rowsPerSample).toBeCloseTo(125, 0);
  });

  it('that sends faster than all together may be sampled, rows are looked at all the same, and about one of a step is a sample', () => {
    expect(run(25, { isBudgetSpent: true })).toMatchObject({ looks: 219, samples: 32 });
  });

  it('whose clock is put back, the next row is looked at', () => {
    const sampling = new Sampling({ stepMs: 1_000, samples: { take: () => true } });
    expect([5_000, 5_001, 4_000, 4_001].map((ms) => sampling.looks(ms) && sampling.takes(ms, 4))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
