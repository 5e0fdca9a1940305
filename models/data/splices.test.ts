import { expect, it } from 'vitest';
import { featuresFor, pathFor } from '../fit/design.ts';
import { fleetDesign, fleetRuns, fleetType } from '../fit/fleet.testing.ts';
import { withoutSplices } from './splices.ts';

const { runs } = fleetRuns({ machines: 12, seed: 1 });
const path = pathFor(fleetType, featuresFor(fleetDesign, fleetType, runs));
const clean = (all: typeof runs) =>
  withoutSplices(all, path, fleetType, { sensors: ['wear', 'echo'], jump: 1, rows: 10 });

it('cuts a life that turns from worn out to new at that point, and leaves others unchanged', () => {
  const [first, second, ...others] = runs as [(typeof runs)[0], (typeof runs)[0], ...typeof runs];
  const values = Float32Array.from([...first.values, ...second.values]);
  const twoLives = { machine: 'two', values, rows: first.rows + second.rows };
  const [cleaned, ...rest] = clean([twoLives, ...others]);
  expect(rest).toEqual(others);
  expect(cleaned!.rows).toBeGreaterThan(second.rows - 3);
  expect(cleaned!.rows).toBeLessThan(second.rows + 3);
  expect(cleaned!.machine).toBe(`two from row ${twoLives.rows - cleaned!.rows + 1}`);
  expect(cleaned!.values.at(-1)).toBe(second.values.at(-1));
});

it('leaves a life unchanged that is too short to judge', () => {
  const short = { machine: 'short', values: runs[0]!.values.subarray(0, 5 * 15), rows: 15 };
  expect(clean([short])).toEqual([short]);
});
