import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MODELS_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'The file that says which versions of models judge was damaged and set aside. What the cloud wants is followed anew, also what was rolled back before.',
    retried: 'No; there is nothing to do again.',
    remedy: 'Look for disk errors with `dmesg`, and at what judges with `harbinger fleet list`.',
  },
  MODELS_UNREADABLE: {
    stage: 'intelligence',
    meaning: 'The file that says which versions of models judge cannot be read.',
    retried: 'No. The gateway does not start.',
    remedy: 'Check its rights and the disk, or move `models.json` away.',
  },
  MODELS_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'It could not be saved which version of a model judges. The version judges all the same; after a restart one that was rolled back may be tried again.',
    retried: 'Yes, with the next change.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
  MODELS_VERSION: {
    stage: 'intelligence',
    meaning: 'The file that says which versions of models judge was written by a newer version of Harbinger.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or move `models.json` away.',
  },
});
