import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  CONDITIONS_DAMAGED: {
    stage: 'conditions',
    meaning:
      'The file `conditions.json`, which says what is told to be wrong with Harbinger itself, was damaged. It was set aside, and what is still wrong is told again, as new alerts.',
    retried: 'No.',
    remedy:
      'Close the alerts of before with `harbinger alerts close`, and look for disk errors with `dmesg`.',
  },
  CONDITIONS_UNREADABLE: {
    stage: 'conditions',
    meaning:
      'The file `conditions.json` cannot be read, or is of a newer version. It is left as it is, and what is still wrong with Harbinger itself is told again after each start.',
    retried: 'No, until the next start.',
    remedy: 'Check the rights of the file in the data folder and the disk; then start Harbinger again.',
  },
});
