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
  MODEL_SLOW: {
    stage: 'intelligence',
    meaning: 'A version of a model takes too long for its answers, and is not used.',
    retried: 'No, until the document that wants it is replaced.',
    remedy: 'Train a smaller model, or choose a faster backend (`intelligence.backend`).',
  },
  MODEL_TOO_MANY: {
    stage: 'intelligence',
    meaning: 'More versions of models are wanted beside the installed ones than a gateway runs at once (4).',
    retried: 'Yes, when others are not wanted any more.',
    remedy: 'Take some back: `harbinger fleet list --kind models` names them.',
  },
});
