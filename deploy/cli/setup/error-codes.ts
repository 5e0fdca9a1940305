import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  SETUP_ANSWERS: {
    stage: 'config',
    meaning: 'An answer to `harbinger setup` cannot be used; nothing was written.',
    retried: 'No.',
    remedy: 'Correct what the message names, in the file of answers or when it is asked.',
  },
});
