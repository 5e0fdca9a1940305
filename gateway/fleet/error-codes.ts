import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  FLEET_DAMAGED: {
    stage: 'fleet',
    meaning:
      'The file with what is wanted of this gateway is damaged. It was set aside; overrides, such as muted machines, are not in force until the cloud is connected.',
    retried: 'Yes. The cloud sends it all again when it is connected.',
    remedy: 'Look for disk errors with `dmesg`.',
  },
  FLEET_UNREADABLE: {
    stage: 'fleet',
    meaning: 'The file with what is wanted of this gateway cannot be read.',
    retried: 'No. The gateway does not start.',
    remedy: 'Check its rights and the disk; if it is moved away, the cloud sends all again.',
  },
  FLEET_UNWRITABLE: {
    stage: 'fleet',
    meaning:
      'What the cloud wants of this gateway could not be saved. It is not followed yet; what was followed before stays in force.',
    retried: 'Yes, about once a minute, and when the gateway connects again.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
  FLEET_VERSION: {
    stage: 'fleet',
    meaning: 'The file with what is wanted of this gateway was written by a newer version of Harbinger.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or move `fleet.json` away: the cloud then sends all again.',
  },
});
