import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MODEL_DOWNLOAD: {
    stage: 'intelligence',
    meaning:
      'A model that the cloud has cannot be fetched yet: the cloud does not answer, others are being fetched, or the disk is full or cannot be read.',
    retried:
      'Yes, whenever it is wanted again; what is here of it is kept. The version that was used before goes on.',
    remedy:
      'See whether the gateway is connected to its cloud, whether the cloud is of this version, and whether the disk has room; the message says which.',
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
    retried:
      'Yes, with growing delays, where it can be fetched from the cloud. The version that was used before goes on.',
    remedy:
      'Push it with `harbinger models push`, correct the name or the version, or put the model there; `intelligence` in `/api/status` says which models run.',
  },
});
