import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  LEVELS_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'The file `levels.json`, from which the time to a limit is estimated, was damaged. It was set aside, and levels are learnt again: for ten days there is no time to a limit.',
    retried: 'No.',
    remedy:
      'Look for disk errors with `dmesg`. A backup of the file can be put back while the gateway is stopped.',
  },
  LEVELS_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'The file `levels.json` cannot be read, or is of a newer version. It is left as it is, and levels are learnt again.',
    retried: 'No, until the next start.',
    remedy: 'Check the rights of the file in the data folder and the disk; then start the gateway again.',
  },
  LEVELS_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'The file `levels.json` cannot be written. The time to a limit is told as before; after a restart levels would be learnt again.',
    retried: 'Yes, each hour.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
});
