import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  PASSWORD_HASH_INVALID: {
    stage: 'config',
    meaning: 'A `passwordHash` does not have the required form.',
    retried: 'No. Nothing is started.',
    remedy: 'Make a new one with `harbinger config hash-password` and copy the whole line.',
  },
});
