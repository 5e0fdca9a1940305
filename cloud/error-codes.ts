import { declareErrors } from '../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MACHINE_RENAMED: {
    stage: 'api',
    meaning:
      'A machine that was renamed cannot be deleted under its former name: what is stored of it is the history of the renamed machine.',
    retried: 'No. Nothing is changed.',
    remedy: 'Delete the machine under its new name, which deletes what it had under former names too.',
  },
  GATEWAY_UNKNOWN: {
    stage: 'api',
    meaning:
      'A gateway that was to be retired, renamed or deleted is neither configured nor known from earlier.',
    retried: 'No. Nothing is changed.',
    remedy: 'See the names with `harbinger gateways list`.',
  },
  BACKUP_BUSY: {
    stage: 'backup',
    meaning: 'The cloud is making another backup at the moment.',
    retried: 'No; the command can be given again.',
    remedy: 'Wait until the other one is complete.',
  },
  REDRIVE_BUSY: {
    stage: 'api',
    meaning: 'Another redrive is in progress.',
    retried: 'No; a repeated request may succeed a little later.',
    remedy: 'Give the command again when the other redrive has finished.',
  },
  REDRIVE_UNKNOWN: {
    stage: 'api',
    meaning:
      'There is no quarantined entry or dead notification of that name, or its notifier is no longer configured.',
    retried: 'No.',
    remedy:
      'Take names from `harbinger quarantine list` or `harbinger notifications list`, or configure the notifier again.',
  },
});
