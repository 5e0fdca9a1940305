import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  ALERT_DECISION_FAILED: {
    stage: 'decision',
    meaning: 'A decision about an alert has failed with an unexpected error.',
    retried: 'Yes, with the next readings of the machine.',
    remedy:
      'Report it to the makers of Harbinger with the log (`journalctl -u harbinger-gateway` for a service).',
  },
  ALERT_EVENT_UNSENT: {
    stage: 'decision',
    meaning: 'Changes of alerts could not be written to the journal.',
    retried: 'Yes, with the next estimates; they are kept meanwhile.',
    remedy: 'See the errors of the journal, and check the disk.',
  },
  ALERT_STATE_DAMAGED: {
    stage: 'decision',
    meaning:
      'The file with the open alerts is damaged. It was set aside. The cloud ends the alerts of before, and what is still so is opened again.',
    retried: 'No.',
    remedy: 'Resolve by hand what the cloud shows twice, and look for disk errors with `dmesg`.',
  },
  ALERT_STATE_UNREADABLE: {
    stage: 'decision',
    meaning: 'The file with the open alerts cannot be read.',
    retried: 'No. The gateway does not start.',
    remedy:
      'Check its rights and the disk; if it is moved away, the cloud ends the alerts of before, and what is still so is opened again.',
  },
  ALERT_STATE_VERSION: {
    stage: 'decision',
    meaning: 'The file of open predictions was written by a newer version of Harbinger.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy:
      'Start the version that wrote it, or move `alerts.json` away: the cloud then ends the alerts of before, and what is still so is opened again.',
  },
  ALERT_STATE_UNWRITABLE: {
    stage: 'decision',
    meaning:
      'The open alerts could not be saved. Alerts are sent nevertheless; after a restart they may be opened a second time.',
    retried: 'Yes, every few seconds.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
});
