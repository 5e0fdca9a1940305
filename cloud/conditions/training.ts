import type { Condition } from '../../shared/conditions/conditions.ts';
import type { CloudFacts } from './facts.ts';

export const modelContract: Condition<Pick<CloudFacts, 'training'>> = {
  name: 'model-contract',
  meaning:
    'The sensors of a machine type are not those that its model was trained on; says which, and whether the model can go on.',
  openAfterMs: 60_000,
  closeAfterMs: 60_000,
  check: ({ training }) =>
    training
      .filter(({ cause }) => cause === 'contract')
      .map(({ machineType, reason }) => ({
        item: machineType,
        severity: 'warning',
        reasons: [
          reason,
          `Train it anew with \`harbinger models train --from store --machine-type ${machineType}\` once there are lives with these sensors.`,
        ],
      })),
  ended: ({ item }) =>
    `The model of ${item ?? 'the type'} was trained on the sensors that its machines have.`,
};
