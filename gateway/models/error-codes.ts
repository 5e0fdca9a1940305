import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
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
