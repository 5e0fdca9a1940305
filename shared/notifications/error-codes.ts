import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  NOTIFY_TIMEOUT: {
    stage: 'alerts',
    meaning: 'The receiver did not confirm a notification within `timeoutMs`.',
    retried: 'Yes, with growing delays, up to `attemptsMax` times.',
    remedy: 'Check the receiver; a notification may arrive twice.',
  },
});
