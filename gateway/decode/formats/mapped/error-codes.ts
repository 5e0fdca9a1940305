import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_MAPPING: {
    stage: 'decode',
    meaning:
      'A message has something else than its mapping says: a text that is not one of the states, a unit that cannot be converted, no name for its machine. A value is refused alone; without a machine, the message is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Try the message with `harbinger decode`, and correct the mapping of the route. Afterwards: `harbinger deadletters redrive`.',
  },
});
