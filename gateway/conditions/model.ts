import type { Condition } from '../../shared/conditions/conditions.ts';
import type { GatewayFacts } from './facts.ts';

export const modelMissing: Condition<Pick<GatewayFacts, 'model'>> = {
  name: 'model-missing',
  meaning:
    'A model could not be loaded, or none is loaded although the configuration names a folder of models.',
  openAfterMs: 120_000,
  closeAfterMs: 60_000,
  check({ model: { isMeant, loaded, problems } }) {
    if (problems.length === 0 && !(isMeant && loaded === 0)) return [];
    const why = problems.slice(0, 3).map((problem) => `${problem}`);
    return [
      {
        severity: 'warning',
        reasons: [
          loaded === 0 ? 'No model is loaded.' : 'A model could not be loaded.',
          ...why,
          'Baselines and rules judge its machines meanwhile. Correct the folder of models, and restart the gateway.',
        ],
      },
    ];
  },
  ended: () => 'Every model is loaded.',
};
