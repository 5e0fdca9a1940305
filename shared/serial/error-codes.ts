import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  SERIAL_OPEN_FAILED: {
    stage: 'serial',
    meaning: 'A serial port cannot be opened: it is missing, in use, or not readable for this user.',
    retried: 'Yes, for as long as the gateway runs.',
    remedy: 'Check the cable and the path, and let the user read it (group `dialout`).',
  },
});
