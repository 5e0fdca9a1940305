import { declareErrors } from '../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  REDRIVE_BUSY: {
    stage: 'api',
    meaning: 'Another redrive is in progress.',
    retried: 'No; a repeated request may succeed a little later.',
    remedy: 'Try again when that has finished.',
  },
  REDRIVE_UNKNOWN: {
    stage: 'api',
    meaning:
      'There is no quarantined entry or dead notification of that name, or its notifier is no longer configured.',
    retried: 'No.',
    remedy: 'List the existing ones.',
  },
});
