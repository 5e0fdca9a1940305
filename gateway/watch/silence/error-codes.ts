import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  HEARINGS_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'The file `hearings.json`, which says how often machines are usually heard, was damaged. It was set aside, and the rhythms are learnt again.',
    retried: 'No.',
    remedy: 'Look for disk errors with `dmesg`. Nothing else has to be done.',
  },
  HEARINGS_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'The file `hearings.json` cannot be read, or is of a newer version. It is left as it is, and the rhythms are learnt again.',
    retried: 'No, until the next start.',
    remedy: 'Check the rights of the file in the data folder and the disk; then start the gateway again.',
  },
  HEARINGS_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'The file `hearings.json` cannot be written. Silence is told as before; after a restart the rhythms of machines would be learnt again.',
    retried: 'Yes, with the next save.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
});
