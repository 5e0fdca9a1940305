import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  DECISION_FALLBACK_FAILED: {
    stage: 'decision',
    meaning: 'Neither the model nor what stands in for it could decide. This is a fault of the program.',
    retried: 'Yes, with the next readings of the machines.',
    remedy: 'Report it with the log.',
  },
});
