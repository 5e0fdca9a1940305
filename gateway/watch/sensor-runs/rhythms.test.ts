import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { runsBench } from './sensor-runs.testing.ts';

/** In which rows a sensor is: every so many, and a share of these is lost. */
const rhythm = fc.record({
  every: fc.constantFrom(1, 1, 1, 2, 5, 20, 120),
  lost: fc.constantFrom(0, 0, 0.02, 0.2, 0.5),
});
const machines = fc.record({
  seed: fc.nat(),
  stepMs: fc.constantFrom(100, 1_000, 60_000),
  rhythms: fc.array(rhythm, { minLength: 1, maxLength: 4 }),
});

function run({
  seed,
  stepMs,
  rhythms,
}: {
  seed: number;
  stepMs: number;
  rhythms: { every: number; lost: number }[];
}) {
  const random = seededRandom(seed);
  const all = [{ every: 1, lost: 0 }, ...rhythms];
  const names = all.map((_, column) => `s${column}`);
  const bench = runsBench(names);
  let row = 0;
  const go = (rows: number, gone: string | null) => {
    for (let i = 0; i < rows; i++) {
      row++;
      const values: Record<string, number> = {};
      for (const [column, { every, lost }] of all.entries()) {
        const isSent = row % every === 0 && random.next() >= lost;
        if (isSent && names[column] !== gone) values[names[column]!] = random.next();
      }
      bench.send({ atMs: row * stepMs, values });
    }
  };
  return { bench, go };
}

it('whatever the rhythms of its sensors are, a machine that is well has none that is missing or stuck', () => {
  fc.assert(
    fc.property(machines, (machine) => {
      const { bench, go } = run(machine);
      go(6_000, null);
      expect(bench.told).toEqual([]);
    }),
    { numRuns: 60, seed: 14 },
  );
});

it('a sensor of any regular rhythm is found missing, it alone, and well again with its first value', () => {
  fc.assert(
    fc.property(machines, (machine) => {
      const rhythms = machine.rhythms.map(({ every }) => ({ every, lost: 0 }));
      const { bench, go } = run({ ...machine, rhythms });
      const { every } = rhythms[0]!;
      go(5_007, null);
      go(4 * every + 10 + Math.ceil(70_000 / machine.stepMs), 's1');
      expect(bench.told).toEqual(['+s1 missing']);
      go(every + 1, null);
      expect(bench.told).toEqual(['+s1 missing', '-s1 missing']);
    }),
    { numRuns: 60, seed: 14 },
  );
});
