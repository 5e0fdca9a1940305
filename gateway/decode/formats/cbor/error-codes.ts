import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_CBOR: {
    stage: 'decode',
    meaning: 'The payload of a message is not one sound CBOR item (RFC 8949). It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device, or the `format` of its route. Afterwards: `harbinger deadletters redrive`.',
  },
});
