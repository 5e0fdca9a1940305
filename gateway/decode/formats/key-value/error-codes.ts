import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_KEY_VALUE: {
    stage: 'decode',
    meaning: 'The payload of a message is not a list of `key=value` pairs. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device, or the `format` of its route. Afterwards: `harbinger deadletters redrive`.',
  },
});
