import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  FLEET_UNKNOWN: {
    stage: 'cli',
    meaning: 'There are no whole lives of machines to replay for that machine type.',
    retried: 'No.',
    remedy: 'Take one of those that the message lists.',
  },
});
