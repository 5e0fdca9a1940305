import { expect, it } from 'vitest';
import { Baseline, learnRows, scoreAnomaly, warmUpRows } from '../../gateway/intelligence/anomaly.ts';
import { simulatePumpRuns } from '../../models/training/plant-runs.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { inputsOf } from './lives.ts';

const pump = loadMachineTypes().get('pump')!;
const healthyRows = 130;

it('the anomaly score of pumps stays below 0.5 in health for nearly all, and passes it before the end for most', () => {
  const { runs } = simulatePumpRuns({ machines: 60, seed: 77 });
  let raisedInHealth = 0;
  let raisedByWear = 0;
  for (const run of runs) {
    const baseline = new Baseline(pump.sensors.length);
    const row = (index: number) =>
      run.values.subarray(index * pump.sensors.length, (index + 1) * pump.sensors.length);
    let inHealth = false;
    let byWear = false;
    inputsOf(run, pump).forEach((input, i, all) => {
      const newest = i + pump.windowRows - 1;
      while (baseline.rows <= newest && baseline.learning) baseline.learn(row(baseline.rows));
      const high = scoreAnomaly(baseline, input.window, input.rows).score > 0.5;
      if (all.length - 1 - i > healthyRows) inHealth ||= high;
      else byWear ||= high;
    });
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
  expect(raisedByWear).toBeGreaterThanOrEqual(45);
});
