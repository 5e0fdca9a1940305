import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_AVAILABILITY: {
    stage: 'decode',
    meaning:
      'The payload of a message on an availability topic says neither online nor offline. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Let the device publish `online` and `offline`, or JSON such as `{"state":"offline"}`; or set another `format` for the route. Afterwards: `harbinger deadletters redrive`.',
  },
});
