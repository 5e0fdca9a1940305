import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  ALERTS_TLS_FILES: {
    stage: 'alerts',
    meaning: 'The authority’s certificate (`caFile`) of a notifier cannot be read or is damaged.',
    retried:
      'Yes, while the cloud runs: the file is read again for each attempt. No, at start: the cloud does not start.',
    remedy: 'Correct the PEM file that the message names.',
  },
  NOTIFY_FAILED: {
    stage: 'alerts',
    meaning:
      'A notification could not be delivered, for a temporary reason: no connection, no answer, an error of the receiver.',
    retried:
      'Yes, with growing delays, up to `attemptsMax` times; then it becomes a dead letter that can be redriven.',
    remedy:
      'If it lasts, check the receiver’s address and state, then run `harbinger notifications redrive`.',
  },
  NOTIFY_REFUSED: {
    stage: 'alerts',
    meaning: 'The receiver refuses a notification.',
    retried:
      'Yes, where the answer may change (HTTP 408, 425, 429 and 5xx, after the time that the receiver asks for); otherwise no: it becomes a dead letter immediately.',
    remedy:
      'Correct address, credentials or recipients of the notifier, then run `harbinger notifications redrive`.',
  },
});
