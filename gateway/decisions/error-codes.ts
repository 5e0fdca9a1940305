import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  ALERT_DECISION_FAILED: {
    stage: 'decision',
    meaning: 'Deciding about an alert has failed in a way that was not foreseen.',
    retried: 'Yes, with the next readings of the machine.',
    remedy: 'Report it with the log.',
  },
  ALERT_EVENT_UNSENT: {
    stage: 'decision',
    meaning: 'Changes of alerts could not be written to the journal.',
    retried: 'Yes, with the next estimates; they are kept meanwhile.',
    remedy: 'See the errors of the journal, and check the disk.',
  },
  ALERT_STATE_DAMAGED: {
    stage: 'decision',
    meaning: 'The file with the open alerts is damaged. It was set aside, and open alerts are opened anew.',
    retried: 'No.',
    remedy: 'Check the disk; resolve by hand what the cloud shows twice.',
  },
  ALERT_STATE_UNREADABLE: {
    stage: 'decision',
    meaning: 'The file with the open alerts cannot be read.',
    retried: 'No. The gateway does not start.',
    remedy: 'Check its rights and the disk; moved away, open alerts are opened anew.',
  },
  ALERT_STATE_UNWRITABLE: {
    stage: 'decision',
    meaning:
      'The open alerts could not be saved. Alerts go out all the same; after a restart they may be opened a second time.',
    retried: 'Yes, every few seconds.',
    remedy: 'Check the disk’s free space and rights.',
  },
});
