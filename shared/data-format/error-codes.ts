import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  DATA_VERSION: {
    stage: 'config',
    meaning:
      'The data folder was written by a newer version of Harbinger, in a format that this version does not know.',
    retried: 'No. Nothing is started, and nothing in the folder is changed.',
    remedy:
      'Start the version that the message names, or a newer one. To go back, restore a backup that this version made into an empty folder.',
  },
});
