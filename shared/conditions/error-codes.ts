import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  CONDITIONS_DAMAGED: {
    stage: 'conditions',
    meaning:
      'The file `conditions.json`, which says what is told to be wrong with Harbinger itself, was damaged. It was set aside. The cloud ends the alerts of before, and what is still wrong is told again, as new alerts.',
    retried: 'No.',
    remedy: 'Look for disk errors with `dmesg`.',
  },
  CONDITIONS_UNREADABLE: {
    stage: 'conditions',
    meaning:
      'The file `conditions.json` cannot be read, or is of a newer version. It is left as it is; after each start the cloud ends the alerts of before, and what is still wrong with Harbinger itself is told again.',
    retried: 'No, until the next start.',
    remedy: 'Check the rights of the file in the data folder and the disk; then start Harbinger again.',
  },
});
