import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  LATE_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'The file `late.json`, which says of which machines late readings were not judged yet when the gateway ended, was damaged. It was set aside: a limit that was met and left in such readings is not told.',
    retried: 'No.',
    remedy: 'Look for disk errors with `dmesg`. The readings themselves are stored.',
  },
  LATE_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'The file `late.json` cannot be read, or is of a newer version. It is left as it is, and late readings that were not judged before the start are not judged.',
    retried: 'No, until the next start.',
    remedy: 'Check the rights of the file in the data folder and the disk; then start the gateway again.',
  },
  LATE_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'The file `late.json` cannot be written. Late readings are judged as before; but if the gateway is killed before they are, they are not judged.',
    retried: 'Yes, with the next save.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
});
