import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  ALERT_CHANGED: {
    stage: 'api',
    meaning: 'Somebody else has done something about an alert since it was looked at.',
    retried: 'No. Nothing is changed.',
    remedy: 'Look at the alert again, and repeat what is still right.',
  },
  ALERT_NOT_OPEN: {
    stage: 'api',
    meaning: 'An alert that was to be closed is not open, or is open at several gateways.',
    retried: 'No. Nothing is changed.',
    remedy:
      'See the open ones with `harbinger alerts list`; name the gateway with `--gateway` where it is asked for.',
  },
  MACHINE_NOT_LISTED: {
    stage: 'api',
    meaning: 'A machine that was to be retired, renamed or deleted is not known.',
    retried: 'No. Nothing is changed.',
    remedy: 'See the names with `harbinger machines list`, and those of retired ones with `--retired`.',
  },
  OPERATIONS_DAMAGED: {
    stage: 'store',
    meaning: 'The database of alerts, machines and watermarks is damaged.',
    retried: 'No. The cloud does not start.',
    remedy:
      'Restore it from a backup, or move the folder away to start with no alert history; readings are not affected.',
  },
  OPERATIONS_UNAVAILABLE: {
    stage: 'store',
    meaning:
      'The database of alerts, machines and watermarks did not accept a change: its disk is full or fails, or its file was deleted or replaced.',
    retried:
      'Yes. Gateways keep unconfirmed batches and resend them. After a write that failed the cloud ends at once, and its service starts it again.',
    remedy: 'Check free space and permissions of the folder `operations` in the data folder.',
  },
  OPERATIONS_VERSION: {
    stage: 'store',
    meaning: 'The database of alerts, machines and watermarks was written by a newer version of Harbinger.',
    retried: 'No. The cloud does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or restore a backup that this version made.',
  },
  OUTCOME_REFUSED: {
    stage: 'api',
    meaning:
      'What was stated of a warning or failure does not fit it: a warning was not missed, a failure is not a false alarm, or the failure is known already.',
    retried: 'No. Nothing is changed.',
    remedy: 'Do what the message says.',
  },
  OUTCOME_UNKNOWN: {
    stage: 'api',
    meaning:
      'A warning or failure of which somebody said what it was is not known, or known of several gateways.',
    retried: 'No. Nothing is changed.',
    remedy:
      'See them with `harbinger outcomes list`; name the gateway with `--gateway` where it is asked for.',
  },
  PAGE_INVALID: {
    stage: 'api',
    meaning: 'The cursor of a page (`before`) was not returned by an earlier page.',
    retried: 'No.',
    remedy: 'Use the `next` of the preceding page.',
  },
  RENAME_REFUSED: {
    stage: 'api',
    meaning: 'A machine or gateway cannot get the new name: it has it already.',
    retried: 'No. Nothing is changed.',
    remedy: 'Choose another name. A rename that was a mistake is undone by renaming back.',
  },
});
