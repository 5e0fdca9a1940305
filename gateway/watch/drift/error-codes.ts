import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DRIFT_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'The file `drift.json`, by which it is found that what a model gets is not like its training, was damaged. It was set aside, and is learnt again: for a week nothing is told of that.',
    retried: 'No.',
    remedy: 'Look for disk errors with `dmesg`.',
  },
  DRIFT_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'The file `drift.json` cannot be read, or is of a newer version. It is left as it is, and its content is learnt again.',
    retried: 'No, until the next start.',
    remedy: 'Check the rights of the file in the data folder and the disk; then start the gateway again.',
  },
  DRIFT_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'The file `drift.json` cannot be written. What models get is watched as before; after a restart its past would be learnt again.',
    retried: 'Yes, each hour.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
});
