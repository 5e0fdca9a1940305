import type { Condition } from '../../shared/conditions/conditions.ts';
import { countText } from '../../shared/words/amounts.ts';
import type { GatewayFacts } from './facts.ts';

export const batchesRefused: Condition<Pick<GatewayFacts, 'refusedBatches'>> = {
  name: 'refused-batches',
  meaning: 'Batches that the cloud refused for too long are set aside on the gateway.',
  openAfterMs: 0,
  closeAfterMs: 0,
  check({ refusedBatches }) {
    if (refusedBatches === null) return 'unknown';
    if (refusedBatches === 0) return [];
    return [
      {
        severity: 'warning',
        reasons: [
          `${countText(refusedBatches, 'batch')} that the cloud refused ${refusedBatches === 1 ? 'is' : 'are'} set aside; the cloud lacks what is in there.`,
          'See why: harbinger refused list. Correct the cause, then send them again: harbinger refused redrive.',
        ],
      },
    ];
  },
  ended: () => 'No batch is set aside any more.',
};
