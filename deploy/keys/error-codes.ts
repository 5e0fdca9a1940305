import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MODEL_KEY_FILE: {
    stage: 'cli',
    meaning: 'The key that signs models is missing, cannot be read, or cannot be made; or there are several.',
    retried: 'No.',
    remedy:
      'Do what the message says: make one with `harbinger models keys create`, or name one with `--key`.',
  },
});
