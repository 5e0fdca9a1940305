import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  LESSONS_DAMAGED: {
    stage: 'fleet',
    meaning:
      'The file of the machines that were learnt anew is damaged. It was set aside; false alarms of before that count again.',
    retried: 'No.',
    remedy:
      'Look for disk errors with `dmesg`; learn the machines anew that warn too late (`harbinger machines relearn`).',
  },
  LESSONS_UNREADABLE: {
    stage: 'fleet',
    meaning: 'The file of the machines that were learnt anew cannot be read.',
    retried: 'No. The gateway does not start.',
    remedy: 'Check its rights and the disk, or move `lessons.json` away.',
  },
  LESSONS_UNWRITABLE: {
    stage: 'fleet',
    meaning:
      'That a machine was learnt anew could not be saved: after a restart, false alarms of before count again.',
    retried: 'Yes, when another machine is learnt anew.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to it.',
  },
  LESSONS_VERSION: {
    stage: 'fleet',
    meaning: 'The file of the machines that were learnt anew was written by a newer version of Harbinger.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or move `lessons.json` away.',
  },
});
