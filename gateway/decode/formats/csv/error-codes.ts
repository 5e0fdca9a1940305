import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_CSV: {
    stage: 'decode',
    meaning:
      'The payload of a message has another number of values than the route has `columns`, or more than one line. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Make the `columns` of the route match what the device sends. Afterwards: `harbinger deadletters redrive`.',
  },
});
