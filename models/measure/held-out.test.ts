import { expect, it } from 'vitest';
import type { Run } from '../data/dataset.ts';
import { fleetDesign } from '../fit/fleet.testing.ts';
import { calibrationBy, type HeldOut } from './held-out.ts';

const cap = fleetDesign.labelCap;

function run(machine: string, rows: number): Run {
  return { machine, rows, values: new Float32Array(0) };
}

/**
 * One estimate at every row of the runs, too low by `error(remaining life, run)`, with equal p10, p50 and
 * p90.
 */
function heldOut(runs: readonly Run[], error: (left: number, of: Run) => number): HeldOut {
  const cuts = runs.flatMap((of) => Array.from({ length: of.rows }, (_, endRow) => ({ run: of, endRow })));
  const raw = cuts.flatMap(({ run: of, endRow }) => {
    const left = of.rows - 1 - endRow;
    const said = (Math.min(cap, left) - error(left, of)) / cap;
    return [said, said, said];
  });
  return { cuts, raw: Float32Array.from(raw) };
}

it('intervals are calibrated within the chosen remaining life', () => {
  const answers = heldOut([run('a', 400)], (left) => (left <= 100 ? 5 : 20));
  const { at, p90Shift } = calibrationBy(answers, { ...fleetDesign, calibrateWithin: 100 });
  expect(p90Shift.length).toBeGreaterThan(0);
  for (const shift of p90Shift) expect(shift).toBeCloseTo(5, 3);
  expect(at.at(-1)).toBeLessThanOrEqual(cap);
  const everywhere = calibrationBy(answers, fleetDesign);
  expect(Math.max(...everywhere.p90Shift)).toBeGreaterThan(15);
});

it('a machine with more estimates has no more weight in the calibration than the others', () => {
  const [often, seldom] = [run('often', 100), run('seldom', 100)];
  const answers = heldOut([often, seldom], (_, of) => (of === often ? 0 : 10));
  const kept = answers.cuts
    .map((cut, i) => ({ cut, i }))
    .filter(({ cut, i }) => cut.run === often || i % 10 === 0);
  const uneven: HeldOut = {
    cuts: kept.map(({ cut }) => cut),
    raw: Float32Array.from(kept.flatMap(({ i }) => [...answers.raw.subarray(3 * i, 3 * i + 3)])),
  };
  // Half of the estimates are too low by 10, so p90 must move by 10. Without balancing it would be a tenth of them.
  const { p90Shift } = calibrationBy(uneven, { ...fleetDesign, calibrateWithin: 1_000 });
  expect(Math.max(...p90Shift)).toBeCloseTo(10, 3);
});
