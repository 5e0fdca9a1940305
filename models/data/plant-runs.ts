import { seededRandom } from '../../shared/runtime/random.ts';
import { createPumpLife } from '../plant/pump.ts';
import { pumpSensors } from '../plant/pump-sensors.ts';
import type { Run, RunDataset } from './dataset.ts';

/** Simulates virtual pumps that run to failure. */
export function simulatePumpRuns(options: { machines: number; seed: number }): RunDataset {
  const random = seededRandom(options.seed);
  const runs: Run[] = [];
  for (let i = 0; i < options.machines; i++) {
    const life = createPumpLife(random);
    const values = new Float32Array(life.lifeCycles * pumpSensors.length);
    for (let cycle = 0; cycle < life.lifeCycles; cycle++) {
      const reading = life.sample(cycle);
      pumpSensors.forEach((name, column) => {
        values[cycle * pumpSensors.length + column] = reading[name];
      });
    }
    runs.push({ machine: `pump-${i + 1}`, values, rows: life.lifeCycles });
  }
  return {
    description: `${options.machines} simulated runs to failure of the virtual plant's pump, seed ${options.seed}`,
    sensors: pumpSensors.length,
    runs,
  };
}
