import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  SPARKPLUG_PAYLOAD: {
    stage: 'decode',
    meaning: 'The payload of a Sparkplug message is not a Sparkplug B payload, or has too much in it.',
    retried: 'No. The message is left out and counted, and its edge node is asked for a rebirth.',
    remedy: 'The message says what is wrong. Look at the edge node; it may speak Sparkplug A, or JSON.',
  },
});
