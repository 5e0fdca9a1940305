import { builtInTypesDir, loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import type { DecisionHarness } from './suite.ts';

const pump = loadMachineTypes([builtInTypesDir]).get('pump')!;

/** A pump whose remaining life is short, whoever assesses it. */
export const alertsHarness: DecisionHarness = {
  kind: 'alerts',
  inputs: (clock) => [
    {
      machine: { site: 'lab', machine: 'pump-1', type: pump },
      timeMs: clock.nowMs(),
      window: new Float32Array(pump.windowRows * pump.sensors.length).fill(1),
      rows: pump.windowRows,
    },
  ],
  changing: (source) => ({
    source,
    model: source === 'model' ? { name: 'model', version: '1.0.0' } : null,
    remainingLife: { p10: 5, p50: 6, p90: 7, unit: pump.lifeUnit },
    health: 0.1,
    anomaly: 0.9,
    confidence: 0.9,
    contributions: [],
  }),
  wrong: { setting: 'budgetMs = 0', key: 'decisions.alerts.budgetMs' },
};
