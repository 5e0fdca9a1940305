import type { Condition } from '../../shared/conditions/conditions.ts';
import type { CloudFacts } from './facts.ts';

export const storeDown: Condition<Pick<CloudFacts, 'store'>> = {
  name: 'store-down',
  meaning: 'The telemetry store does not answer or does not accept writes.',
  openAfterMs: 60_000,
  closeAfterMs: 30_000,
  check: ({ store: { kind, isHealthy } }) =>
    isHealthy
      ? []
      : [
          {
            severity: 'critical',
            reasons: [
              `The telemetry store (${kind}) does not answer, or does not accept writes.`,
              'No reading is stored; gateways keep theirs until it does, as long as their disks last.',
              'Look at the log of the cloud and of the store, and at the disk of the store.',
            ],
          },
        ],
  ended: () => 'The telemetry store accepts writes again.',
};
