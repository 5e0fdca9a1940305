import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_NUMBER: {
    stage: 'decode',
    meaning:
      'The payload of a message is neither a single number nor a short word, or its topic does not name the sensor. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Let the device publish a plain number to a topic that ends in the sensor’s name, or set the `format` of the route. Afterwards: `harbinger deadletters redrive`.',
  },
});
