import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  EVENTS_BUSY: {
    stage: 'journal',
    meaning: 'Too many events wait for the journal, because it cannot be written.',
    retried: 'Yes. Changes of alerts are kept and retried with the next estimates.',
    remedy: 'Check the disk; see the errors of the journal.',
  },
});
