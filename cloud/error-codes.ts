import { declareErrors } from '../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  REDRIVE_BUSY: {
    stage: 'api',
    meaning: 'Something is being sent again already.',
    retried: 'No; asking again a little later can help.',
    remedy: 'Try again when that is done.',
  },
  REDRIVE_UNKNOWN: {
    stage: 'api',
    meaning:
      'There is no quarantined entry or dead notification of that name, or its notifier is no longer configured.',
    retried: 'No.',
    remedy: 'See the list for those that there are.',
  },
});
