import { expect, it } from 'vitest';
import { Baseline, warmUpRows } from '../../gateway/watch/baselines/baseline.ts';
import { learnRows } from '../../gateway/watch/baselines/baseline-options.ts';
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';

const pump = loadMachineTypes().get('pump')!;
const healthyRows = 130;

it('the anomaly score stays below 0.5 for nearly all healthy pumps, and exceeds it before the end of most', () => {
  const { runs } = simulatePumpRuns({ machines: 60, seed: 77 });
  let raisedInHealth = 0;
  let raisedByWear = 0;
  for (const run of runs) {
    const baseline = new Baseline(pump.sensors.length);
    let inHealth = false;
    let byWear = false;
    for (let row = 0; row < run.rows; row++) {
      const values = run.values.subarray(row * pump.sensors.length, (row + 1) * pump.sensors.length);
      baseline.take(values, row * pump.stepMs);
      const high = baseline.score().score > 0.5;
      if (run.rows - 1 - row > healthyRows) inHealth ||= high;
      else byWear ||= high;
    }
    if (inHealth) raisedInHealth++;
    if (byWear) raisedByWear++;
  }
  console.log('anomaly over pump lives', {
    lives: runs.length,
    raisedInHealth,
    raisedByWear,
    warmUpRows,
    learnRows,
  });
  expect(raisedInHealth).toBeLessThanOrEqual(6);
  expect(raisedByWear).toBeGreaterThanOrEqual(52);
});
