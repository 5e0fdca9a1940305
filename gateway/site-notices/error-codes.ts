import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  SITE_NOTICES_UNREADABLE: {
    stage: 'alerts',
    meaning:
      'The file of what the notifiers of this gateway have told cannot be read, or is of a later version.',
    retried: 'No: the gateway does not start.',
    remedy: 'Make the file readable, or move it away: alerts that are open are then told again.',
  },
  SITE_NOTICES_DAMAGED: {
    stage: 'alerts',
    meaning: 'The file of what the notifiers of this gateway have told was damaged. It was set aside.',
    retried: 'Not needed.',
    remedy: 'None: alerts that are open are told again.',
  },
  SITE_NOTICES_UNSAVED: {
    stage: 'alerts',
    meaning: 'What the notifiers of this gateway have told could not be written to its disk.',
    retried: 'Yes, with the next change.',
    remedy: 'Free some space, or look at the disk. After a restart meanwhile, alerts may be told twice.',
  },
});
