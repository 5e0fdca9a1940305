import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_LIFECYCLE: {
    stage: 'decode',
    meaning: 'The payload of a message is not a lifecycle message. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy:
      'Send `{"state": "failed"}`, `{"state": "replaced"}`, `{"state": "maintenance"}` or `{"state": "maintenance-ended"}`. Afterwards: `harbinger deadletters redrive`.',
  },
});
