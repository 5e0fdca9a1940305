import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MODEL_DOWNLOAD: {
    stage: 'intelligence',
    meaning:
      'A model that the cloud has cannot be fetched yet: the cloud does not answer, or others are being fetched.',
    retried:
      'Yes, whenever it is wanted again; what is here of it is kept. The version that was used before goes on.',
    remedy: 'See whether the gateway is connected to its cloud, and whether the cloud is of this version.',
  },
  MODEL_KEY: {
    stage: 'config',
    meaning: 'A key under `[[models.keys]]` cannot be used. The gateway does not start.',
    retried: 'No.',
    remedy: 'Give the public key as `harbinger models keys create` has printed it, or a file that holds it.',
  },
  MODEL_ABSENT: {
    stage: 'intelligence',
    meaning: 'A version of a model is wanted that is not on this gateway.',
    retried: 'No. The version that was used before goes on.',
    remedy:
      'Correct the name or the version, or put the model there; `intelligence` in `/api/status` says which models run.',
  },
});
