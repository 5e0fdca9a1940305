import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  API_ROLE: {
    stage: 'api',
    meaning: 'The caller has a role that may not do this.',
    retried: 'No. Nothing is changed.',
    remedy: 'Ask somebody with the role that the message names, or have `harbinger users role` give it.',
  },
  PEOPLE_INVALID: {
    stage: 'api',
    meaning: 'A user or token cannot have this name.',
    retried: 'No. Nothing is changed.',
    remedy: 'Choose another name; the message says why this one cannot be taken.',
  },
  PEOPLE_UNKNOWN: {
    stage: 'api',
    meaning: 'No user or token has this name.',
    retried: 'No. Nothing is changed.',
    remedy: 'See the names with `harbinger users list` and `harbinger tokens list`.',
  },
  PEOPLE_TOO_MANY: {
    stage: 'api',
    meaning: 'There would be more users and tokens than there may be (1,000).',
    retried: 'No. Nothing is changed.',
    remedy: 'Revoke those that are not needed any more (`harbinger tokens list`, `harbinger tokens revoke`).',
  },
  PEOPLE_DAMAGED: {
    stage: 'api',
    meaning: 'The file of users and tokens is damaged. It was set aside; none of them can call.',
    retried: 'No. The tokens of the configuration go on.',
    remedy: 'Put `people.json` of a backup back, or add them again; look for disk errors with `dmesg`.',
  },
  PEOPLE_UNREADABLE: {
    stage: 'api',
    meaning: 'The file of users and tokens cannot be read.',
    retried: 'No. The cloud does not start.',
    remedy: 'Check its rights and the disk.',
  },
  PEOPLE_UNWRITABLE: {
    stage: 'api',
    meaning: 'A change of users and tokens could not be saved, so it is not in force.',
    retried: 'No. Nothing is changed.',
    remedy: 'Free some space on the disk of the data folder (`df -h`), and try again.',
  },
  PEOPLE_VERSION: {
    stage: 'api',
    meaning: 'The file of users and tokens was written by a newer version of Harbinger.',
    retried: 'No. The cloud does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or move `people.json` away and add them again.',
  },
});
