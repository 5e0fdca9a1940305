import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  NOTIFIER_TESTED: {
    stage: 'alerts',
    meaning: 'A test of a notifier was asked for while another one is under way.',
    retried: 'No.',
    remedy: 'Wait for the outcome of the first one.',
  },
  NOTIFIER_UNKNOWN: {
    stage: 'alerts',
    meaning: 'No notifier of the configuration has the name of which a test was asked for.',
    retried: 'No.',
    remedy: 'See the names with `harbinger notifications receivers`.',
  },
  NOTIFY_TIMEOUT: {
    stage: 'alerts',
    meaning: 'The receiver did not confirm a notification within `timeoutMs`.',
    retried: 'Yes, with growing delays, up to `attemptsMax` times.',
    remedy: 'Check the receiver; a notification may arrive twice.',
  },
});
