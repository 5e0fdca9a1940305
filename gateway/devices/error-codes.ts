import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DEVICES_INVALID: {
    stage: 'broker',
    meaning: 'An account of a device is not sound: its name, its rights, its hash or its certificate.',
    retried: 'No. Nothing is changed.',
    remedy: 'The message says what is wrong; `harbinger devices add --help` has examples.',
  },
  DEVICES_EXIST: {
    stage: 'broker',
    meaning: 'There is a device or a user with this name already, or a device with this certificate.',
    retried: 'No. Nothing is changed.',
    remedy: 'Choose another name, rotate the secret of the device, or revoke it first.',
  },
  DEVICES_UNKNOWN: {
    stage: 'broker',
    meaning: 'There is no device with this name at this gateway.',
    retried: 'No. Nothing is changed.',
    remedy: 'See the names with `harbinger devices list`. A device that the cloud wants is changed there.',
  },
  DEVICES_TOO_MANY: {
    stage: 'broker',
    meaning: 'A gateway would have more accounts of devices than it may (10,000).',
    retried: 'No. Nothing is changed.',
    remedy: 'Revoke devices that are gone (`harbinger devices list`).',
  },
  DEVICES_DAMAGED: {
    stage: 'broker',
    meaning: 'The file of the accounts of devices is damaged. It was set aside; none of them can sign in.',
    retried: 'No. Users of the configuration, and devices that the cloud wants, can still sign in.',
    remedy:
      'Put `devices.json` of a backup back, or add the devices again; look for disk errors with `dmesg`.',
  },
  DEVICES_UNREADABLE: {
    stage: 'broker',
    meaning: 'The file of the accounts of devices cannot be read.',
    retried: 'No. The gateway does not start.',
    remedy: 'Check its rights and the disk.',
  },
  DEVICES_UNWRITABLE: {
    stage: 'broker',
    meaning: 'A change of the accounts of devices could not be saved, so it is not in force.',
    retried: 'No. Nothing is changed.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), let the user of the gateway write to it, and try again.',
  },
  DEVICES_VERSION: {
    stage: 'broker',
    meaning: 'The file of the accounts of devices was written by a newer version of Harbinger.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or move `devices.json` away and add the devices again.',
  },
});
