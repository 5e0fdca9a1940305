import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  REGISTRY_EXISTS: {
    stage: 'models',
    meaning: 'The registry has another model under this name and version. What is in it never changes.',
    retried: 'No. Nothing is changed.',
    remedy: 'Give the model another version (in its manifest), sign it again and push it.',
  },
  REGISTRY_FULL: {
    stage: 'models',
    meaning: 'The registry has as many models, or as many bytes, as it may have; or this one is too large.',
    retried: 'No. Nothing is changed.',
    remedy:
      'Remove what is not needed (`harbinger models remove`), or raise the bound under `[models]` of the cloud.',
  },
  REGISTRY_UNREADABLE: {
    stage: 'models',
    meaning:
      'A model of the registry cannot be read, or was damaged on its disk. It is not given to gateways.',
    retried: 'No. The other models are not affected.',
    remedy: 'Push it again from where it was made; the message names the file.',
  },
  REGISTRY_UNWRITABLE: {
    stage: 'models',
    meaning: 'A model could not be kept, for example because the disk is full.',
    retried: 'No. Nothing is changed.',
    remedy: 'Free some space, and push it again.',
  },
});
